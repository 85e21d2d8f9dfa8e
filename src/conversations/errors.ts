import { quoteId } from "./conversation.ts";

/**
 * A conversation was not found: it expired, was deleted, or never existed.
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
      `Conversation ${
        quoteId(id)
      } not found: it expired, was deleted, or never existed`,
    );
    this.id = id;
  }
}

/**
 * A turn does not fit into a conversation. Nothing was appended; a smaller turn may still fit.
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
  /** The maximum number of turns, if that limit was reached. */
  readonly maxTurns: number | undefined;
  /** The maximum number of bytes, if that limit was reached. */
  readonly maxBytes: number | undefined;

  /**
   * Makes the error.
   *
   * @param id The id of the conversation.
   * @param limit The limit that was reached, one of the two.
   */
  constructor(id: string, limit: { maxTurns?: number; maxBytes?: number }) {
    const { maxTurns, maxBytes } = limit;
    super(
      `Cannot append to the conversation ${quoteId(id)}: ${
        maxTurns === undefined
          ? `it would exceed ${maxBytes} bytes (\`maxBytes\`)`
          : `it already has the maximum of ${maxTurns} ${
            maxTurns === 1 ? "turn" : "turns"
          } (\`maxTurns\`)`
      }`,
    );
    this.id = id;
    this.maxTurns = maxTurns;
    this.maxBytes = maxBytes;
  }
}
