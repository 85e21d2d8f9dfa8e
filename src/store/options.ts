/**
 * The reason why an entry was removed.
 *
 * @example Counting what expires
 * ```ts
 * import { ExpiringStore, type RemoveReason } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const reasons: RemoveReason[] = [];
 * using store = new ExpiringStore<string, number>({
 *   onRemove: (_value, _key, reason) => reasons.push(reason),
 * });
 * store.set("a", 1).set("a", 2).delete("a");
 * assertEquals(reasons, ["replaced", "deleted"]);
 * ```
 */
export type RemoveReason =
  | "expired"
  | "evicted"
  | "deleted"
  | "replaced"
  | "cleared";

/**
 * The policy of a full store: it evicts an old entry that was not used recently
 * (`"sieve"`), the least recently used one (`"lru"`), or the one that expires
 * soonest (`"soonest"`), or refuses with a `StoreFullError` (`"reject"`).
 *
 * SIEVE marks entries that are used. A hand moves over the entries in the order of
 * their age, clears marks and evicts the first entry without one: its hit ratio is
 * higher than LRU's where some entries are read often and many once, at a lower cost.
 *
 * @example Evicting the entry that expires soonest
 * ```ts
 * import { type EvictionPolicy, ExpiringStore } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const eviction: EvictionPolicy = "soonest";
 * using store = new ExpiringStore<string, number>({ maxEntries: 2, eviction });
 * store.set("a", 1, 9000).set("b", 2, 1000).set("c", 3, 5000);
 * assertEquals([...store.keys()], ["a", "c"]);
 * ```
 */
export type EvictionPolicy = "sieve" | "lru" | "soonest" | "reject";

/**
 * Options of an `ExpiringStore`.
 *
 * @example Options in a variable
 * ```ts
 * import { ExpiringStore, type ExpiringStoreOptions } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const options: ExpiringStoreOptions<string, number> = { ttl: 1000 };
 * using store = new ExpiringStore(options);
 * assertEquals(store.set("a", 1).get("a"), 1);
 * ```
 */
export interface ExpiringStoreOptions<K, V> {
  /**
   * The time to live of an entry in ms; `Infinity`: it never expires.
   *
   * @default {Infinity}
   */
  ttl?: number | undefined;
  /**
   * Whether a successful `get` restarts the entry's TTL.
   *
   * @default {false}
   */
  sliding?: boolean | undefined;
  /**
   * An entry expires this many ms after it was set, however often it is read or
   * touched.
   *
   * @default {Infinity}
   */
  maxAge?: number | undefined;
  /**
   * The time, in ms, that an expired entry may stay in memory past its deadline;
   * `Infinity` disables the sweeper: an expired entry is removed when it is next
   * accessed.
   *
   * @default {1000}
   */
  sweepInterval?: number | undefined;
  /**
   * Called after an entry was removed, when the store is consistent again: it may call
   * the store. An error that it throws or rejects with goes to `onError`. While it runs for
   * an eviction, a `set` that would evict another entry is refused with a
   * `StoreFullError`.
   */
  onRemove?: ((value: V, key: K, reason: RemoveReason) => unknown) | undefined;
  /**
   * Receives the errors that `onRemove` throws or rejects with, and those that the clock throws
   * in a sweep. Its own errors go to `console.error`.
   *
   * @default {console.error}
   */
  onError?: ((error: unknown) => unknown) | undefined;
  /**
   * The clock: ms since the epoch.
   *
   * @default {Date.now}
   */
  now?: (() => number) | undefined;
  /**
   * The largest number of entries; to add one more, the store evicts another.
   *
   * @default {Infinity}
   */
  maxEntries?: number | undefined;
  /**
   * The largest weight of all entries together, in the unit of `weigh`.
   *
   * @default {Infinity}
   */
  maxWeight?: number | undefined;
  /** Returns the weight of an entry, not negative; called once for each `set`. */
  weigh?: ((value: V, key: K) => number) | undefined;
  /**
   * The policy of the store when it is full.
   *
   * @default {"sieve"}
   */
  eviction?: EvictionPolicy | undefined;
}

/**
 * The time to live of one entry: at most one of `ttl`, `expiresAt` and `keepTtl`.
 *
 * @example A deadline
 * ```ts
 * import { ExpiringStore, type SetOptions } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const untilThen: SetOptions = { expiresAt: 2000 };
 * using store = new ExpiringStore<string, number>({ now: () => 500 });
 * assertEquals(store.set("a", 1, untilThen).remainingTtl("a"), 1500);
 * ```
 */
export interface SetOptions {
  /** The entry's time to live in ms; `Infinity`: it never expires. */
  ttl?: number | undefined;
  /** The entry's deadline in ms since the epoch; `Infinity`: it never expires. */
  expiresAt?: number | undefined;
  /**
   * `true` keeps the ttl and the deadline of the entry that is replaced, and the moment that its
   * `maxAge` ends. If there is no such entry, the store's `ttl` applies.
   */
  keepTtl?: boolean | undefined;
  /**
   * The entry expires this many ms from now, however often it is read or touched: in place of
   * the store's `maxAge`.
   */
  maxAge?: number | undefined;
}

/**
 * An entry that is in use, from `ExpiringStore.prototype.hold`: it neither expires nor is
 * evicted until it is released.
 *
 * @typeParam V The type of the value.
 *
 * @example Released at the end of a block
 * ```ts
 * import { ExpiringStore, type Held } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * let now = 0;
 * using store = new ExpiringStore<string, number>({ ttl: 100, now: () => now });
 * store.set("a", 1);
 * {
 *   using held: Held<number> | undefined = store.hold("a");
 *   now = 200;
 *   assertEquals(held?.value, 1);
 *   assertEquals(store.has("a"), true);
 * }
 * assertEquals(store.has("a"), false);
 * ```
 */
export interface Held<V> {
  /** The value when the hold began. */
  readonly value: V;
  /** Ends the hold. A second call does nothing. */
  release(): void;
  /** The same as `release`, at the end of a `using` block. */
  [Symbol.dispose](): void;
}

/**
 * The counts of `ExpiringStore.prototype.stats`.
 *
 * @example The share of hits
 * ```ts
 * import { ExpiringStore, type StoreStats } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * function hitRatio({ hits, misses }: StoreStats): number {
 *   return hits / (hits + misses);
 * }
 *
 * using store = new ExpiringStore<string, number>();
 * store.set("a", 1).get("a");
 * store.get("b");
 * assertEquals(hitRatio(store.stats()), 0.5);
 * ```
 */
export interface StoreStats {
  /** The number of live entries. */
  entries: number;
  /** The number of reads that found an entry. */
  hits: number;
  /** The number of reads that found none. */
  misses: number;
  /** The number of entries that expired. */
  expired: number;
  /** The number of entries that were evicted. */
  evicted: number;
}
