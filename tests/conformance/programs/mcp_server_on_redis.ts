/**
 * The example's tool server with a Redis client in the store's place, and not
 * one line of it changed:
 *
 *     deno run --allow-all mcp_server_on_redis.ts redis://127.0.0.1:6379
 */

import { setStorageBackend } from "@mayfly/store";
import { Redis } from "ioredis";
import process from "node:process";

const client = new Redis(process.argv[2]!);
setStorageBackend(client);
// The server ends when its stdin does, as soon as nothing else holds it.
process.stdin.once("end", () => client.disconnect());
await import("../../../examples/mcp_server.ts");
