import { checkCount, checkOneOf, printable } from "../../base/_checks.ts";
import { readOptions } from "../../base/_options.ts";
import type { Logger } from "../../base/logger.ts";
import type { EvictionOrderName } from "../../store/_eviction.ts";
import type { EvictionPolicy } from "../../store/options.ts";
import { LocalStorage } from "../local_storage.ts";
import { LogLines } from "../_log_lines.ts";
import { MemoryKeyspace, type MemoryKeyspaceOptions } from "./_keyspace.ts";
import { readSharedOptions, SHARED_OPTIONS } from "../_options.ts";

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
   * The TTL of a conversation in hours: any positive number. It only sets the default of
   * `sweepInterval`: expired keys are swept every tenth of that time, but at most once in 300 s.
   *
   * @default {the variable CONVERSATION_TIMEOUT_HOURS, or else 3}
   */
  timeoutHours?: number | undefined;
  /**
   * The interval, in ms, at which expired keys are swept from memory. It overrides the default from
   * `timeoutHours`. `Infinity` disables the sweeper; an expired key is then removed by the next
   * access.
   */
  sweepInterval?: number | undefined;
  /**
   * Receives the log lines.
   *
   * @default {no logging}
   */
  logger?: Logger | undefined;
  /**
   * The clock: ms since the epoch.
   *
   * @default {Date.now}
   */
  now?: (() => number) | undefined;
  /**
   * The maximum number of keys. A write beyond it evicts a key or is refused: see `eviction`.
   *
   * @default {Infinity}
   */
  maxEntries?: number | undefined;
  /**
   * The maximum size of all keys and values together, in bytes of UTF-8.
   *
   * @default {Infinity}
   */
  maxBytes?: number | undefined;
  /**
   * The policy of a full storage: a name of this package or of Redis's `maxmemory-policy`.
   *
   * @default {"lru"}
   */
  eviction?: StorageEviction | undefined;
}

/**
 * The policy of a full storage: evict keys by use (`"lru"`, `"sieve"`) or by deadline
 * (`"soonest"`), or refuse the write (`"reject"`).
 *
 * - `"lru"` (Redis: `"allkeys-lru"`) evicts the least recently used key.
 * - `"sieve"` evicts a key that was not used since the policy last passed it: a higher hit ratio
 *   than LRU at a lower cost.
 * - `"soonest"` evicts the key with the earliest deadline; `"volatile-ttl"` is the same, but
 *   refuses the write if no key has a TTL.
 * - `"reject"` (Redis: `"noeviction"`) refuses the write.
 *
 * A refused command throws a `ReplyError`:
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
 * Redis's string commands in the memory of one process: keys with values and TTLs.
 *
 * Names, argument order, replies and errors are Redis's, as `ioredis` spells them.
 * Replies are synchronous and `await` works on them, so code written with `await` for a Redis
 * client runs unchanged.
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
export class InMemoryStorage extends LocalStorage {
  /**
   * Creates an empty storage.
   *
   * @param options The bounds, the sweeper, the clock and the logger.
   * @throws {TypeError} An option has the wrong type.
   * @throws {RangeError} An option is out of range.
   * @throws {ConfigError} `CONVERSATION_TIMEOUT_HOURS` is not a positive whole number.
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
    super(keyspace, log);
    log?.info(
      `In-memory storage started with a timeout of ${timeoutHours} h, sweeping every ${
        sweepInterval / 1000
      } s`,
    );
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
