import { kindOf, refuse } from "../base/_checks.ts";
import type { Conversation } from "./conversation.ts";
import type { Turn } from "./turn.ts";

/**
 * The files that conversations refer to, each once: those of the newest turn first, in the order of
 * the turn.
 *
 * @param conversations The conversations, oldest first, as
 * {@linkcode Conversations.chain} returns them.
 * @returns The paths.
 * @throws {TypeError} The argument is not an array.
 *
 * @example Usage
 * ```ts
 * import { Conversations, filesOf } from "@mayfly/store/conversations";
 * import { assertEquals } from "@std/assert";
 *
 * const conversations = new Conversations();
 * const id = await conversations.create();
 * const say = (files: string[]) =>
 *   conversations.append(id, { role: "user", content: "Look", files });
 * await say(["a.ts", "b.ts"]);
 * await say(["b.ts", "c.ts"]);
 * assertEquals(filesOf(await conversations.chain(id)), ["b.ts", "c.ts", "a.ts"]);
 * ```
 */
export function filesOf(conversations: readonly Conversation[]): string[] {
  return newestFirst("list the files", conversations, ({ files }) => files);
}

/**
 * The images that conversations refer to, each once: those of the newest turn first, in the order of
 * the turn.
 *
 * @param conversations The conversations, oldest first, as
 * {@linkcode Conversations.chain} returns them.
 * @returns The paths or URLs.
 * @throws {TypeError} The argument is not an array.
 *
 * @example Usage
 * ```ts
 * import { Conversations, imagesOf } from "@mayfly/store/conversations";
 * import { assertEquals } from "@std/assert";
 *
 * const conversations = new Conversations();
 * const id = await conversations.create();
 * const images = ["screen.png"];
 * await conversations.append(id, { role: "user", content: "See", images });
 * assertEquals(imagesOf(await conversations.chain(id)), ["screen.png"]);
 * ```
 */
export function imagesOf(conversations: readonly Conversation[]): string[] {
  return newestFirst("list the images", conversations, ({ images }) => images);
}

function newestFirst(
  action: string,
  conversations: readonly Conversation[],
  pick: (turn: Turn) => readonly string[] | undefined,
): string[] {
  if (!Array.isArray(conversations)) {
    const must = "be an array";
    refuse(action, "conversations", must, conversations, false, kindOf);
  }
  const found = new Set<string>();
  for (const { turns } of conversations.toReversed()) {
    for (const turn of turns.toReversed()) {
      for (const text of pick(turn) ?? []) found.add(text);
    }
  }
  return [...found];
}
