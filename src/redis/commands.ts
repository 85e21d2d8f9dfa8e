import { DatabaseCommands } from "./database.ts";

export * from "./base.ts";
export * from "./batches.ts";
export * from "./bytes.ts";
export * from "./counters.ts";
export * from "./database.ts";
export * from "./expiry.ts";
export * from "./getting.ts";
export * from "./keys.ts";
export type * from "./keyspace.ts";
export * from "./scanning.ts";
export * from "./setting.ts";

/**
 * Redis's string and key commands over a keyspace: names, argument order,
 * replies and errors are those of a server behind `ioredis`, without the
 * promises.
 *
 * The commands, by family; the links lead to the class that has them:
 *
 * - Reading a value ({@linkcode GetCommands}): {@linkcode GetCommands.prototype.get | get},
 *   {@linkcode GetCommands.prototype.getset | getset},
 *   {@linkcode GetCommands.prototype.getdel | getdel},
 *   {@linkcode GetCommands.prototype.getex | getex}
 * - Writing a value ({@linkcode SetCommands}): {@linkcode SetCommands.prototype.set | set},
 *   {@linkcode SetCommands.prototype.setex | setex},
 *   {@linkcode SetCommands.prototype.psetex | psetex},
 *   {@linkcode SetCommands.prototype.setnx | setnx}
 * - Many values at once ({@linkcode BatchCommands}):
 *   {@linkcode BatchCommands.prototype.mget | mget},
 *   {@linkcode BatchCommands.prototype.mset | mset},
 *   {@linkcode BatchCommands.prototype.msetnx | msetnx}
 * - Parts of a value ({@linkcode ByteCommands}):
 *   {@linkcode ByteCommands.prototype.append | append},
 *   {@linkcode ByteCommands.prototype.strlen | strlen},
 *   {@linkcode ByteCommands.prototype.getrange | getrange},
 *   {@linkcode ByteCommands.prototype.setrange | setrange}
 * - Counting ({@linkcode CounterCommands}): {@linkcode CounterCommands.prototype.incr | incr},
 *   {@linkcode CounterCommands.prototype.incrby | incrby},
 *   {@linkcode CounterCommands.prototype.incrbyfloat | incrbyfloat},
 *   {@linkcode CounterCommands.prototype.decr | decr},
 *   {@linkcode CounterCommands.prototype.decrby | decrby}
 * - Times to live ({@linkcode ExpiryCommands}):
 *   {@linkcode ExpiryCommands.prototype.expire | expire},
 *   {@linkcode ExpiryCommands.prototype.pexpire | pexpire},
 *   {@linkcode ExpiryCommands.prototype.expireat | expireat},
 *   {@linkcode ExpiryCommands.prototype.pexpireat | pexpireat},
 *   {@linkcode ExpiryCommands.prototype.ttl | ttl},
 *   {@linkcode ExpiryCommands.prototype.pttl | pttl},
 *   {@linkcode ExpiryCommands.prototype.expiretime | expiretime},
 *   {@linkcode ExpiryCommands.prototype.pexpiretime | pexpiretime},
 *   {@linkcode ExpiryCommands.prototype.persist | persist}
 * - Keys ({@linkcode KeyCommands}): {@linkcode KeyCommands.prototype.del | del},
 *   {@linkcode KeyCommands.prototype.unlink | unlink},
 *   {@linkcode KeyCommands.prototype.exists | exists},
 *   {@linkcode KeyCommands.prototype.touch | touch}, {@linkcode KeyCommands.prototype.type | type},
 *   {@linkcode KeyCommands.prototype.rename | rename},
 *   {@linkcode KeyCommands.prototype.renamenx | renamenx},
 *   {@linkcode KeyCommands.prototype.copy | copy}
 * - Listing keys ({@linkcode ScanCommands}): {@linkcode ScanCommands.prototype.keys | keys},
 *   {@linkcode ScanCommands.prototype.scan | scan}
 * - All keys as a whole ({@linkcode DatabaseCommands}):
 *   {@linkcode DatabaseCommands.prototype.dbsize | dbsize},
 *   {@linkcode DatabaseCommands.prototype.randomkey | randomkey},
 *   {@linkcode DatabaseCommands.prototype.flushdb | flushdb},
 *   {@linkcode DatabaseCommands.prototype.flushall | flushall}
 *
 * A class that keeps its keys elsewhere gets all of them by extending this one
 * over a {@linkcode Keyspace} of its own.
 *
 * @example What a storage is
 * ```ts
 * import { InMemoryStorage, RedisCommands } from "@mayfly/store";
 * import { assertInstanceOf } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * assertInstanceOf(storage, RedisCommands);
 * ```
 */
export class RedisCommands extends DatabaseCommands {}
