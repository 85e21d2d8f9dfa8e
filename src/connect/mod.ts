/**
 * Opens a storage backend by its URL: memory, a file that several processes can share, a Redis or
 * Valkey server, or a cluster. So the place of a program's state is configuration, not code.
 *
 * | URL | backend |
 * | --- | --- |
 * | `memory:` | `InMemoryStorage` |
 * | `file:state.db`, `file:///var/lib/state.db`, or `sqlite:` | `SqliteStorage` |
 * | `redis://host:6379/0`, `rediss://`, `valkey://`, `valkeys://` | a client of a server; with an `s` over TLS |
 * | `redis+unix:/run/redis.sock?db=0`, `valkey+unix:` | a client of a server at a Unix socket |
 * | `redis+cluster://host:6379,host:6380/`, `rediss+cluster://`, `valkey+cluster://`, `valkeys+cluster://` | a client of a cluster |
 *
 * The client is `ioredis` or `iovalkey`, whichever is installed; on Bun without either, Bun's own
 * client. The server is Redis 6.2 or newer, or Valkey. The URL of a server may end in `?family=4`,
 * `6` or `0` (the IP version); all other options go into `client`.
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
