import type { JsonValue } from "../backend/_json.ts";
import type { Turn } from "./turn.ts";

/**
 * A conversation as it was read.
 *
 * @example Usage
 * ```ts
 * import { type Conversation, Conversations } from "@mayfly/store/conversations";
 * import { assertEquals } from "@std/assert";
 *
 * const conversations = new Conversations();
 * const id = await conversations.create({ data: { tool: "review" } });
 * const conversation: Conversation | undefined = await conversations.read(id);
 * assertEquals(conversation?.data, { tool: "review" });
 * assertEquals(conversation?.turns, []);
 * ```
 */
export interface Conversation {
  /** Its id, a UUID in lower case. */
  readonly id: string;
  /** The id of the conversation that it goes on from, which may have expired since. */
  readonly parent?: string;
  /** What was given when it was created. */
  readonly data?: JsonValue;
  /** When it was created: ms since the epoch. */
  readonly createdAt: number;
  /** Its turns, oldest first. */
  readonly turns: Turn[];
}

/** What is stored of a conversation besides its turns. */
export type Header = Omit<Conversation, "id" | "turns">;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id as it is stored; `undefined` for what is no UUID. */
export function normalizeId(id: string): string | undefined {
  if (id.length !== 36) return undefined;
  if (UUID.test(id)) return id;
  const lower = id.toLowerCase();
  return UUID.test(lower) ? lower : undefined;
}
