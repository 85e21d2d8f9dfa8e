/**
 * Conversations for MCP and other tool servers, on any backend: create one, append turns, read them
 * back or as a history of limited length. No acknowledged turn is lost, however many processes
 * append.
 *
 * @example A conversation
 * ```ts
 * import { Conversations } from "@mayfly/store/conversations";
 * import { assertEquals } from "@std/assert";
 *
 * const conversations = new Conversations({ ttl: 3 * 3_600_000, maxTurns: 200 });
 * const id = await conversations.create();
 * await conversations.append(id, { role: "user", content: "Hello" });
 * assertEquals((await conversations.read(id))?.turns.length, 1);
 * ```
 *
 * @module
 */

export type { JsonObject, JsonValue } from "../backend/_json.ts";
export type { Conversation } from "./conversation.ts";
export * from "./conversations.ts";
export * from "./errors.ts";
export * from "./files.ts";
export type { History, HistoryOptions } from "./history.ts";
export type { NewTurn, Turn } from "./turn.ts";
