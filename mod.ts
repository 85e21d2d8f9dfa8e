/**
 * The expiring store for tool servers: {@linkcode ExpiringStore}, a `Map` whose entries expire, and
 * {@linkcode InMemoryStorage}, Redis's string commands over it, inside one process.
 *
 * @example A store of sessions
 * ```ts
 * import { ExpiringStore } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * using sessions = new ExpiringStore<string, string>({ ttl: 30 * 60_000 });
 * sessions.set("abc", "Ada");
 * assertEquals(sessions.get("abc"), "Ada");
 * ```
 *
 * @example The storage of a tool server
 * ```ts
 * import { getStorageBackend } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = getStorageBackend();
 * await storage.setex("thread:1", 3 * 3600, JSON.stringify(["Hello"]));
 * assertEquals(await storage.get("thread:1"), '["Hello"]');
 * ```
 *
 * @module
 */

export * from "./src/backend/mod.ts";
export * from "./src/base/errors.ts";
export * from "./src/base/logger.ts";
export * from "./src/storage/memory/mod.ts";
export * from "./src/store/mod.ts";
