/**
 * Why an entry was removed.
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
 * What a full store does: evicts what came long ago and was not used of late
 * (`"sieve"`), what was not used for longest (`"lru"`), or what expires soonest
 * (`"soonest"`), or refuses with a `StoreFullError` (`"reject"`).
 *
 * SIEVE marks an entry that is used, and a hand that goes round evicts the first
 * without a mark: where some entries are read often and many once, it keeps the
 * former better than LRU does, for less work.
 *
 * @example Giving up what expires soonest
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
   * The life of an entry in ms; `Infinity`: it never expires.
   *
   * @default {Infinity}
   */
  ttl?: number | undefined;
  /**
   * Whether a successful `get` starts the entry's ttl again.
   *
   * @default {false}
   */
  sliding?: boolean | undefined;
  /**
   * An entry dies this many ms after it was set, however often it is read or
   * touched.
   *
   * @default {Infinity}
   */
  maxAge?: number | undefined;
  /**
   * How long, in ms, an expired entry may stay in memory past its deadline;
   * `Infinity`: until some call comes upon it.
   *
   * @default {1000}
   */
  sweepInterval?: number | undefined;
  /**
   * Called after an entry is gone, with the store in order: it may call the
   * store. What it throws, or rejects with, goes to `onError`. When it is told of an
   * eviction, it cannot cause the next one: a `set` that would is refused with a
   * `StoreFullError`.
   */
  onRemove?: ((value: V, key: K, reason: RemoveReason) => unknown) | undefined;
  /**
   * Gets what `onRemove` throws or rejects with, and what the clock throws when the sweeper
   * asks it. What it throws itself goes to `console.error`.
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
   * How many entries the store holds; one more, and it evicts.
   *
   * @default {Infinity}
   */
  maxEntries?: number | undefined;
  /**
   * What all entries together may weigh, in the unit of `weigh`.
   *
   * @default {Infinity}
   */
  maxWeight?: number | undefined;
  /** What an entry weighs: not negative; asked once for each `set`. */
  weigh?: ((value: V, key: K) => number) | undefined;
  /**
   * What the store does when it is full.
   *
   * @default {"sieve"}
   */
  eviction?: EvictionPolicy | undefined;
}

/**
 * How long one entry lives: at most one of `ttl`, `expiresAt` and `keepTtl`.
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
  /** The entry's life in ms; `Infinity`: it never expires. */
  ttl?: number | undefined;
  /** The entry's deadline in ms since the epoch; `Infinity`: it never expires. */
  expiresAt?: number | undefined;
  /**
   * `true` keeps the ttl and the deadline of the entry that is replaced, and the moment that its
   * `maxAge` ends. Where there is none to replace, the store's `ttl` holds.
   */
  keepTtl?: boolean | undefined;
  /**
   * The entry dies so many ms from now, however often it is read or touched: in place of the
   * store's `maxAge`.
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
 * What `ExpiringStore.prototype.stats` counts.
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
  /** How many live entries there are. */
  entries: number;
  /** How many reads found an entry. */
  hits: number;
  /** How many reads found none. */
  misses: number;
  /** How many entries expired. */
  expired: number;
  /** How many entries were evicted. */
  evicted: number;
}
