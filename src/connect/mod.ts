/**
 * A storage backend by its URL: memory, a file that several processes share, a Redis or Valkey
 * server, or a cluster of them. So where a server keeps its state is its configuration, not its
 * code.
 *
 * | URL | backend |
 * | --- | --- |
 * | `memory:` | `InMemoryStorage` |
 * | `file:state.db`, `file:///var/lib/state.db`, or `sqlite:` | `SqliteStorage` |
 * | `redis://host:6379/0`, `rediss://`, `valkey://`, `valkeys://` | a client of a server |
 * | `redis+cluster://host:6379,host:6380/`, `valkey+cluster://` | a client of a cluster |
 *
 * The client of a server is the user's own, `ioredis` or `iovalkey`, whichever is installed; on Bun
 * without either, Bun's own.
 *
 * @example A server that keeps its state where `MAYFLY_URL` says
 * ```ts
 * import { connectStorage } from "@mayfly/store/connect";
 * import { assertEquals } from "@std/assert";
 *
 * await using storage = await connectStorage(); // without MAYFLY_URL: memory:
 * await storage.set("greeting", "Hello", "EX", 60);
 * assertEquals(await storage.get("greeting"), "Hello");
 * ```
 *
 * @module
 */

export type { UrlObject } from "../base/url_object.ts";
export * from "./connect.ts";
