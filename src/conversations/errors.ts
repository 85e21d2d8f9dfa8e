/**
 * There is no such conversation: it has expired, was deleted, or never was.
 *
 * @example A conversation that was deleted
 * ```ts
 * import {
 *   ConversationNotFoundError,
 *   Conversations,
 * } from "@mayfly/store/conversations";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const conversations = new Conversations();
 * const id = await conversations.create();
 * await conversations.delete(id);
 * const error = await assertRejects(
 *   () => conversations.append(id, { role: "user", content: "Hi" }),
 *   ConversationNotFoundError,
 * );
 * assertEquals(error.id, id);
 * ```
 */
export class ConversationNotFoundError extends Error {
  /** The name of the class, `"ConversationNotFoundError"`. */
  override readonly name: string = "ConversationNotFoundError";
  /** The id that was given. */
  readonly id: string;

  /**
   * Makes the error.
   *
   * @param id The id that was given.
   */
  constructor(id: string) {
    super(
      `Cannot find the conversation ${shown(id)}: it has expired or never was`,
    );
    this.id = id;
  }
}

/**
 * A conversation has no room for the turn. Nothing was appended, and a turn that fits may still be.
 *
 * @example A conversation of two turns at most
 * ```ts
 * import {
 *   ConversationFullError,
 *   Conversations,
 * } from "@mayfly/store/conversations";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const conversations = new Conversations({ maxTurns: 2 });
 * const id = await conversations.create();
 * const turn = { role: "user", content: "Hi" };
 * assertEquals(await conversations.append(id, turn), { index: 0, remaining: 1 });
 * assertEquals(await conversations.append(id, turn), { index: 1, remaining: 0 });
 * const error = await assertRejects(
 *   () => conversations.append(id, turn),
 *   ConversationFullError,
 * );
 * assertEquals(error.maxTurns, 2);
 * ```
 */
export class ConversationFullError extends RangeError {
  /** The name of the class, `"ConversationFullError"`. */
  override readonly name: string = "ConversationFullError";
  /** The id of the conversation. */
  readonly id: string;
  /** How many turns it may have, if that is the limit that was met. */
  readonly maxTurns: number | undefined;
  /** How many bytes it may have, if that is the limit that was met. */
  readonly maxBytes: number | undefined;

  /**
   * Makes the error.
   *
   * @param id The id of the conversation.
   * @param limit The limit that was met, one of the two.
   */
  constructor(id: string, limit: { maxTurns?: number; maxBytes?: number }) {
    const { maxTurns, maxBytes } = limit;
    super(
      `Cannot append to the conversation ${shown(id)}: it may have ${
        maxTurns === undefined ? `${maxBytes} bytes` : `${maxTurns} turns`
      } at most`,
    );
    this.id = id;
    this.maxTurns = maxTurns;
    this.maxBytes = maxBytes;
  }
}

/** An id as a message shows it: whoever made it up may have made it long. */
function shown(id: string): string {
  return JSON.stringify(id.length <= 40 ? id : `${id.slice(0, 40)}...`);
}
