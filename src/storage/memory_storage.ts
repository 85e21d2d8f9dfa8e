import {
  checkCount,
  checkFinite,
  checkOneOf,
  checkPositive,
  checkType,
  MILLISECONDS,
  quote,
} from "../_checks.ts";
import { type Bounds, makeBounds } from "../store/_bounds.ts";
import type { EvictionOrderName } from "../store/_eviction.ts";
import { MemoryKeyspace } from "./_memory_keyspace.ts";
import { readTimeoutHours } from "./_config.ts";
import type { Logger } from "../logger.ts";
import { byteLength } from "../redis/_values.ts";
import { RedisCommands } from "../redis/commands.ts";
import type { StoredValue } from "../redis/keyspace.ts";
import type { EvictionPolicy } from "../store/store_options.ts";

const MAKE = "make the storage";
const HOUR = 3_600_000;
/** The sweeper runs no more often than this, in ms. */
const MIN_SWEEP_INTERVAL = 300_000;

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
 * not used for longest. `"soonest"`: evict the key that expires soonest; `"volatile-ttl"` is the
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
  readonly #keyspace: MemoryKeyspace;

  /**
   * Makes an empty storage.
   *
   * @param options How long conversations live, in hours, and the like.
   * @throws {TypeError} An option is of the wrong kind.
   * @throws {RangeError} An option is out of range.
   * @throws {ConfigError} The environment holds a timeout that is not a positive whole number.
   */
  constructor(options: InMemoryStorageOptions = {}) {
    checkType(MAKE, "options", options, "object");
    const { logger, now } = options;
    if (logger !== undefined) checkLogger(logger);
    if (now !== undefined) checkType(MAKE, "now", now, "function");
    const { timeoutHours, sweepInterval } = readTimes(options);
    const keyspace = new MemoryKeyspace({
      sweepInterval,
      now,
      logger,
      bounds: readBounds(options),
    });
    super(keyspace);
    this.#keyspace = keyspace;
    logger?.info(
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
    const name = checkText("key", key);
    const text = checkText("value", value);
    checkFinite("set the key", "ttlSeconds", ttlSeconds, SECONDS);
    const now = this.#keyspace.now();
    this.#keyspace.set(name, text, now + ttlSeconds * 1000, now);
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
    this.#keyspace.shutdown();
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

const SECONDS = "a positive, finite number of seconds";

function checkText(name: string, value: unknown): string {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number") return String(value);
  throw new TypeError(
    `Cannot set the key: "${name}" must be a string or a number: received ${
      quote(value)
    }`,
  );
}

function checkLogger(logger: unknown): void {
  checkType(MAKE, "logger", logger, "object");
  for (const method of ["debug", "info", "warn", "error"]) {
    checkType(
      MAKE,
      `logger.${method}`,
      (logger as Record<string, unknown>)[method],
      "function",
    );
  }
}

function readBounds(
  options: InMemoryStorageOptions,
): Bounds<string, StoredValue> | undefined {
  const { maxEntries = Infinity, maxBytes = Infinity, eviction = "lru" } =
    options;
  checkCount(MAKE, "maxEntries", maxEntries, "entries");
  checkCount(MAKE, "maxBytes", maxBytes, "bytes");
  checkOneOf(MAKE, "eviction", eviction, Object.keys(POLICIES));
  return makeBounds({
    maxEntries,
    maxWeight: maxBytes,
    weigh: (value, key) => byteLength(key) + byteLength(value),
    eviction: POLICIES[eviction],
  });
}

function readTimes(
  options: InMemoryStorageOptions,
): { timeoutHours: number; sweepInterval: number } {
  const { timeoutHours = readTimeoutHours(options.logger) } = options;
  if (options.timeoutHours !== undefined) {
    checkFinite(
      MAKE,
      "timeoutHours",
      timeoutHours,
      "a positive, finite number of hours",
    );
  }
  const {
    sweepInterval = Math.max(timeoutHours * HOUR / 10, MIN_SWEEP_INTERVAL),
  } = options;
  checkPositive(MAKE, "sweepInterval", sweepInterval, MILLISECONDS);
  return { timeoutHours, sweepInterval };
}
