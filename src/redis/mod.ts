/**
 * **Unstable.** {@linkcode RedisCommands}, Redis's commands over any {@linkcode Keyspace}: for
 * building a storage of your own. This entry point may change in any minor version.
 *
 * @example All commands over a keyspace
 * ```ts
 * import { type Keyspace, RedisCommands } from "@mayfly/store/redis";
 * import { assertEquals } from "@std/assert";
 *
 * function commandsOver(keyspace: Keyspace): RedisCommands {
 *   return new RedisCommands(keyspace);
 * }
 * assertEquals(typeof commandsOver, "function");
 * ```
 *
 * @module
 */

export type { ExpireCondition } from "./_expiry.ts";
export type { ScanOption } from "./_scan.ts";
export type { GetExpiry, SetCondition, SetExpiry } from "./_strings.ts";
export * from "./commands.ts";
export type * from "./keyspace.ts";
