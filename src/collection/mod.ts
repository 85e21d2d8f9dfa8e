/**
 * Typed values with a TTL on any backend: like `ExpiringStore`, for values that survive a restart
 * or are shared by processes. Every method on one entry is atomic.
 *
 * @example A session for half an hour after its last use
 * ```ts
 * import { Collection } from "@mayfly/store/collection";
 * import { assertEquals } from "@std/assert";
 *
 * interface Session {
 *   user: string;
 *   visits: number;
 * }
 * const sessions = new Collection<Session>("session", { ttl: 30 * 60_000, sliding: true });
 * await sessions.set("s1", { user: "ada", visits: 1 });
 * await sessions.update("s1", (session) => session && { ...session, visits: session.visits + 1 });
 * assertEquals(await sessions.get("s1"), { user: "ada", visits: 2 });
 * ```
 *
 * @module
 */

export type { JsonObject, JsonValue } from "../backend/_json.ts";
export * from "./collection.ts";
export * from "./errors.ts";
export * from "./options.ts";
