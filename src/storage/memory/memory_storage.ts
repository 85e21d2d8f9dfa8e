import { checkCount, checkOneOf, printable } from "../../base/_checks.ts";
import { readOptions } from "../../base/_options.ts";
import type { Logger } from "../../base/logger.ts";
import { RedisCommands } from "../../redis/commands.ts";
import type { EvictionOrderName } from "../../store/_eviction.ts";
import type { EvictionPolicy } from "../../store/options.ts";
import { runBatch } from "../_batch.ts";
import { LoggedKeyspace } from "../_logged_keyspace.ts";
import { LogLines } from "../_log_lines.ts";
import { MemoryKeyspace, type MemoryKeyspaceOptions } from "./_keyspace.ts";
import { readSharedOptions, SHARED_OPTIONS } from "../_options.ts";
import { setWithTtl } from "../_set_with_ttl.ts";

const MAKE = "make the storage";
const OPTIONS = [
  ...SHARED_OPTIONS,
  "maxEntries",
  "maxBytes",
  "eviction",
] as const;

/**
 * Options of {@linkcode InMemoryStorage}.
 *
 * @example A conversation lives for an hour
 * ```ts
 * import { InMemoryStorage, type InMemoryStorageOptions } from "@mayfly/store";
 *
 * const options: InMemoryStorageOptions = { timeoutHours: 1 };
 * using storage = new InMemoryStorage(options);
 * ```
 */
export interface InMemoryStorageOptions {
  /**
   * How many hours a conversation lives: any positive number. What has expired is swept
   * every tenth of that time, but not more often than every 300 s.
   *
   * @default {the variable CONVERSATION_TIMEOUT_HOURS, or else 3}
   */
  timeoutHours?: number;
  /**
   * How long, in ms, an expired key may stay in memory past its deadline, whatever
   * the timeout; `Infinity`: until a command comes upon it.
   */
  sweepInterval?: number;
  /**
   * Where log lines go; none by default.
   */
  logger?: Logger;
  /**
   * The clock: ms since the epoch.
   *
   * @default {Date.now}
   */
  now?: () => number;
  /**
   * How many keys the storage holds; one more, and it evicts.
   *
   * @default {Infinity}
   */
  maxEntries?: number;
  /**
   * How many bytes all keys and values together may have, as UTF-8.
   *
   * @default {Infinity}
   */
  maxBytes?: number;
  /**
   * What a full storage does, by our names or by those of Redis's `maxmemory-policy`.
   *
   * @default {"lru"}
   */
  eviction?: StorageEviction;
}

/**
 * What a full storage does. `"lru"`, which Redis calls `"allkeys-lru"`: evict the key that was
 * not used for longest. `"sieve"`: evict one that was not used since it was last looked at, which
 * hits more often for less work. `"soonest"`: evict the key that expires soonest; `"volatile-ttl"` is the
 * same, but refuses when no key has a TTL. `"reject"`, which Redis calls `"noeviction"`: refuse.
 * A command that is refused throws a `ReplyError`:
 * `OOM command not allowed when used memory > 'maxmemory'.`
 *
 * @example A storage that refuses
 * ```ts
 * import { InMemoryStorage, ReplyError, type StorageEviction } from "@mayfly/store";
 * import { assertThrows } from "@std/assert";
 *
 * const eviction: StorageEviction = "noeviction";
 * using storage = new InMemoryStorage({ maxBytes: 16, eviction });
 * storage.set("name", "Ada");
 * assertThrows(() => storage.set("title", "Countess"), ReplyError, "OOM");
 * ```
 */
export type StorageEviction =
  | EvictionPolicy
  | "allkeys-lru"
  | "volatile-ttl"
  | "noeviction";

const POLICIES: Record<StorageEviction, EvictionOrderName> = {
  "sieve": "sieve",
  "lru": "lru",
  "allkeys-lru": "lru",
  "soonest": "soonest",
  "volatile-ttl": "volatile",
  "reject": "reject",
  "noeviction": "reject",
};

/**
 * Redis's string commands inside one process: values under keys, each with a time
 * to live.
 *
 * Names, argument order, replies and errors are Redis's, as `ioredis` spells them.
 * Results come back at once and `await` works on them, so code written with `await` for a
 * Redis client runs unchanged.
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
 * - Of this class: {@linkcode InMemoryStorage.prototype.setWithTtl | setWithTtl},
 *   {@linkcode InMemoryStorage.prototype.batch | batch},
 *   {@linkcode InMemoryStorage.prototype.shutdown | shutdown}
 *
 * @example A conversation thread that lives for three hours
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * storage.setex("thread:1", 3 * 3600, JSON.stringify(["Hello"]));
 * assertEquals(JSON.parse(storage.get("thread:1")!), ["Hello"]);
 * assertEquals(storage.get("thread:2"), null);
 * ```
 */
export class InMemoryStorage extends RedisCommands {
  /**
   * Makes an empty storage.
   *
   * @param options How long conversations live, in hours, and the like.
   * @throws {TypeError} An option is of the wrong kind.
   * @throws {RangeError} An option is out of range.
   * @throws {ConfigError} The environment holds a timeout that is not a positive whole number.
   */
  constructor(options?: InMemoryStorageOptions) {
    const own = readOptions(MAKE, options, OPTIONS);
    const { timeoutHours, sweepInterval, logger, now } = readSharedOptions(
      MAKE,
      own,
    );
    const log = logger && new LogLines(logger);
    const keyspace = new MemoryKeyspace({
      sweepInterval,
      now,
      ...checkBounds(own),
      onRemove: log &&
        ((key, reason) => log.debug(`Key ${printable(key)} ${reason}`)),
      onSweep: log &&
        ((count) =>
          log.debug(`Swept ${count} expired ${count === 1 ? "key" : "keys"}`)),
    });
    super(log === undefined ? keyspace : new LoggedKeyspace(keyspace, log));
    log?.info(
      `In-memory storage started with a timeout of ${timeoutHours} h, sweeping every ${
        sweepInterval / 1000
      } s`,
    );
  }

  /**
   * Stores a value for some time: the original's own call, which no Redis client has.
   *
   * @param key The key.
   * @param ttlSeconds How long the key lives, in s: positive and finite; fractions are allowed.
   * @param value The value.
   * @throws {TypeError} An argument is of the wrong kind.
   * @throws {RangeError} The time is not positive and finite.
   *
   * @example Usage
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.setWithTtl("thread:1", 0.5, "[]");
   * assertEquals(storage.get("thread:1"), "[]");
   * ```
   */
  setWithTtl(key: string, ttlSeconds: number, value: string): void {
    setWithTtl(this.keyspace, key, ttlSeconds, value);
  }

  /**
   * Makes one step of several calls: all of them are done or, where one of them or `run` itself
   * throws, none.
   *
   * The clock stands still meanwhile, and lines are logged afterwards. Inside another batch it
   * becomes a part of that one.
   *
   * @typeParam T What `run` returns.
   * @param run Makes the calls. It is synchronous.
   * @returns What `run` returns.
   * @throws {TypeError} `run` is no function, or returns a promise; then nothing is done.
   *
   * @example Moving an amount
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals, assertThrows } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset({ mine: 5, yours: "not a number" });
   * assertThrows(() =>
   *   storage.batch(() => {
   *     storage.decrby("mine", 2);
   *     storage.incrby("yours", 2);
   *   })
   * );
   * assertEquals(storage.get("mine"), "5");
   * ```
   */
  batch<T>(run: () => T): T {
    return runBatch(this.keyspace, run);
  }

  /**
   * Stops the sweeper. The storage goes on working: a key that has expired is removed when
   * a command comes upon it.
   *
   * @example Usage
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * const storage = new InMemoryStorage();
   * storage.shutdown();
   * assertEquals(storage.setex("thread:1", 60, "[]"), "OK");
   * ```
   */
  shutdown(): void {
    this.keyspace.close();
  }

  /**
   * Stops the sweeper, at the end of a `using` block: the same as
   * {@linkcode InMemoryStorage.prototype.shutdown}.
   *
   * @example Usage
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   *
   * using storage = new InMemoryStorage();
   * storage.setex("thread:1", 60, "[]");
   * ```
   */
  [Symbol.dispose](): void {
    this.shutdown();
  }
}

function checkBounds(
  options: InMemoryStorageOptions,
): Pick<MemoryKeyspaceOptions, "maxEntries" | "maxBytes" | "eviction"> {
  const { maxEntries = Infinity, maxBytes = Infinity, eviction = "lru" } =
    options;
  checkCount(MAKE, "maxEntries", maxEntries, "entries");
  checkCount(MAKE, "maxBytes", maxBytes, "bytes");
  checkOneOf(MAKE, "eviction", eviction, Object.keys(POLICIES));
  return { maxEntries, maxBytes, eviction: POLICIES[eviction] };
}
