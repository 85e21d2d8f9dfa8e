import type { JsonValue } from "../backend/_json.ts";
import { quote } from "../base/_checks.ts";
import type { Turn } from "./turn.ts";

/**
 * A conversation, as {@linkcode Conversations.read} returns it.
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
  /** The id, a UUID in lower case. */
  readonly id: string;
  /** The id of the conversation that this one continues; it may have expired. */
  readonly parent?: string;
  /** The data that it was created with. */
  readonly data?: JsonValue;
  /** The time of its creation: ms since the epoch. */
  readonly createdAt: number;
  /** The turns, oldest first. */
  readonly turns: Turn[];
}

/** The stored part of a conversation besides its turns. */
export type Header = Omit<Conversation, "id" | "turns">;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id as it is stored; `undefined` if it is not a UUID. */
export function normalizeId(id: string): string | undefined {
  if (id.length !== 36) return undefined;
  if (UUID.test(id)) return id;
  const lower = id.toLowerCase();
  return UUID.test(lower) ? lower : undefined;
}

/** An id as an error shows it: cut, because a caller may have made it up. */
export function quoteId(id: string): string {
  return quote(id.length <= 40 ? id : `${id.slice(0, 40)}...`);
}
