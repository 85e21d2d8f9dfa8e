/** Every command that makes more than one call of its keyspace, or changes it, and keys to run them on. */

import type { Keyspace } from "../../../src/redis/keyspace.ts";
import { RedisCommands } from "@mayfly/store/redis";

/** Fills a keyspace with what the commands work on. */
export function fill(keyspace: Keyspace): void {
  const redis = new RedisCommands(keyspace);
  redis.set("text", "Hello");
  redis.setex("brief", 100, "World");
  redis.setex("count", 1000, 41);
  redis.set("long", "é".repeat(2000));
  redis.pexpire("long", 5000);
}

/** Calls, each with the words that it is sent as. */
export const CALLS: readonly (readonly [name: string, ...args: unknown[]])[] = [
  ["get", "text"],
  ["set", "text", "new"],
  ["set", "text", "new", "EX", 10],
  ["set", "text", "new", "ex", "10"],
  ["set", "brief", "new", "KEEPTTL"],
  ["set", "text", "new", "XX", "GET", "PX", 10],
  ["set", "absent", "new", "NX", "GET"],
  ["setex", "text", 10, "new"],
  ["psetex", "text", 10, "new"],
  ["setnx", "absent", "new"],
  ["getset", "brief", "new"],
  ["getdel", "brief"],
  ["getex", "text", "EX", 10],
  ["getex", "brief", "PERSIST"],
  ["mget", "text", "brief", "absent"],
  ["mset", "text", "1", "brief", "2", "absent", "3", "text", "4"],
  ["msetnx", "absent", "1", "missing", "2"],
  ["append", "text", "more"],
  ["append", "brief", "x".repeat(2000)],
  ["append", "long", "é"],
  ["append", "absent", "é"],
  ["strlen", "long"],
  ["getrange", "long", 1, -2],
  ["setrange", "text", 2, "new"],
  ["setrange", "long", 3, "new"],
  ["setrange", "brief", 3000, "new"],
  ["setrange", "absent", 3, "new"],
  ["incr", "count"],
  ["incrby", "absent", 5],
  ["decr", "count"],
  ["decrby", "count", 5],
  ["incrbyfloat", "count", "0.5"],
  ["del", "text", "absent", "brief"],
  ["unlink", "long", "count"],
  ["exists", "text", "absent", "text"],
  ["touch", "text", "long"],
  ["type", "text"],
  ["rename", "text", "brief"],
  ["rename", "long", "absent"],
  ["renamenx", "long", "absent"],
  ["copy", "long", "absent"],
  ["copy", "text", "brief", "REPLACE"],
  ["expire", "text", 10],
  ["expire", "brief", 10, "LT"],
  ["pexpire", "brief", 10, "XX"],
  ["expireat", "text", 1],
  ["pexpireat", "long", 4102444800000, "GT"],
  ["persist", "brief"],
  ["ttl", "brief"],
  ["pttl", "brief"],
  ["expiretime", "brief"],
  ["pexpiretime", "brief"],
  ["keys", "*"],
  ["scan", 0],
  ["randomkey"],
  ["dbsize"],
  ["flushdb"],
  ["flushall"],
];

/** Runs one of the calls. */
export function run(
  keyspace: Keyspace,
  [name, ...args]: (typeof CALLS)[number],
): unknown {
  const redis = new RedisCommands(keyspace) as unknown as Record<
    string,
    (...args: unknown[]) => unknown
  >;
  return redis[name]!(...args);
}
