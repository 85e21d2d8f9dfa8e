/**
 * {@linkcode ExpiringStore} alone: a `Map` whose entries expire, without the storages.
 *
 * @example A store of sessions
 * ```ts
 * import { ExpiringStore } from "@mayfly/store/expiring-store";
 * import { assertEquals } from "@std/assert";
 *
 * using sessions = new ExpiringStore<string, string>({ ttl: 30 * 60_000 });
 * sessions.set("abc", "Ada");
 * assertEquals(sessions.get("abc"), "Ada");
 * ```
 *
 * @module
 */

export * from "./expiring_store.ts";
export type * from "./options.ts";
