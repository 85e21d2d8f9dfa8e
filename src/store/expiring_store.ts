import {
  checkPositive,
  checkType,
  kindOf,
  MILLISECONDS,
  quote,
  quoteNumber,
} from "../base/_checks.ts";
import { watch } from "../base/_report.ts";
import { MapWrites } from "./_map_writes.ts";
import { mapOptions, readGiven, setFor } from "./_read_options.ts";
import type {
  ExpiringStoreOptions,
  Held,
  SetOptions,
  StoreStats,
} from "./options.ts";

/**
 * A `Map` whose entries expire.
 *
 * An entry is live until its deadline, which each call compares with the clock. A
 * sweeper frees expired entries, with one timer for the whole store that never
 * keeps the process alive. All calls are synchronous. Iteration is in the order in
 * which the keys were added, as in a `Map`.
 *
 * @typeParam K The type of the keys, which are told apart as a `Map` does.
 * @typeParam V The type of the values.
 *
 * @example A session that ends after 30 minutes without use
 * ```ts
 * import { ExpiringStore } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * using sessions = new ExpiringStore<string, { user: string }>({
 *   ttl: 30 * 60_000,
 *   sliding: true,
 * });
 * sessions.set("abc", { user: "Ada" });
 * assertEquals(sessions.get("abc"), { user: "Ada" });
 * assertEquals(sessions.get("xyz"), undefined);
 * ```
 *
 * @example At most 1,000 entries
 * ```ts
 * import { ExpiringStore } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * using cache = new ExpiringStore<number, string>({
 *   ttl: 60_000,
 *   maxEntries: 1000,
 *   eviction: "lru",
 * });
 * for (let i = 0; i < 2000; i++) cache.set(i, `page ${i}`);
 * assertEquals(cache.size, 1000);
 * assertEquals(cache.has(0), false);
 * ```
 */
export class ExpiringStore<K, V> {
  readonly #map: MapWrites<K, V>;
  readonly #options: ExpiringStoreOptions<K, V>;

  /**
   * Makes an empty store.
   *
   * @param options The store's options, read as own properties; times are in ms.
   * @throws {TypeError} An option has the wrong type or an unknown name.
   * @throws {RangeError} An option is out of range.
   */
  constructor(options?: ExpiringStoreOptions<K, V>) {
    this.#options = readGiven(options);
    this.#map = new MapWrites(mapOptions(this.#options));
  }

  // An engine throws away the code that it has made for a class when the last object is gone.
  static readonly #kept = new ExpiringStore<unknown, unknown>().set(0, 0);

  static {
    // All three runtimes show an object in a console by this method.
    const hook = Symbol.for("nodejs.util.inspect.custom");
    Object.defineProperty(this.prototype, hook, {
      value(this: ExpiringStore<unknown, unknown>): string {
        return show(this.#map, this.#options);
      },
    });
  }

  /** The name that `Object.prototype.toString` shows, `"ExpiringStore"`. */
  get [Symbol.toStringTag](): string {
    return "ExpiringStore";
  }

  /**
   * The number of live entries. An expired entry is neither counted nor removed.
   *
   * @returns The number of entries.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>();
   * assertEquals(store.set("a", 1).size, 1);
   * ```
   */
  get size(): number {
    return this.#map.count();
  }

  /**
   * Stores a value under a key, in place of the one that is there.
   *
   * @param key The key.
   * @param value The value.
   * @param ttl The entry's time to live: ms, or `{ ttl }` in ms, or `{ expiresAt }` in
   * ms since the epoch, or `{ keepTtl: true }` for the rest of the time of the entry that it
   * replaces; with it a `maxAge` in ms, in place of the store's. By default the store's
   * `ttl`. An `expiresAt` that is not in the future stores nothing and removes the entry that was there.
   * @returns The store.
   * @throws {TypeError} The ttl has the wrong type, or more than one is given.
   * @throws {RangeError} The ttl is not a positive number, or `expiresAt` is `NaN` or `-Infinity`.
   * @throws {StoreFullError} The store is full and may not evict.
   *
   * @example Three ways to say how long
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, string>({ now: () => 1000 });
   * store.set("a", "for five seconds", 5000);
   * store.set("b", "until then", { expiresAt: 9000 });
   * store.set("b", "still until then", { keepTtl: true });
   * assertEquals(store.expiresAt("a"), 6000);
   * assertEquals(store.expiresAt("b"), 9000);
   * ```
   */
  set(key: K, value: V, ttl?: number | SetOptions): this {
    if (ttl === undefined) {
      this.#map.set(key, value);
    } else if (typeof ttl === "number") {
      if (!(ttl > 0)) {
        checkPositive("set the entry", "ttl", ttl, MILLISECONDS);
      }
      this.#map.set(key, value, ttl);
    } else {
      setFor(this.#map, key, value, ttl);
    }
    return this;
  }

  /**
   * Reads the value of a live entry; in a sliding store this restarts its TTL.
   *
   * @param key The key.
   * @returns The value, or `undefined` when there is none.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>();
   * store.set("a", 1);
   * assertEquals(store.get("a"), 1);
   * assertEquals(store.get("b"), undefined);
   * ```
   */
  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  /**
   * Reads the value of a live entry without counting the read or restarting the
   * TTL.
   *
   * @param key The key.
   * @returns The value, or `undefined` when there is none.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>({ ttl: 1000, sliding: true });
   * assertEquals(store.set("a", 1).peek("a"), 1);
   * assertEquals(store.stats().hits, 0);
   * ```
   */
  peek(key: K): V | undefined {
    return this.#map.peek(key);
  }

  /**
   * Tells whether there is a live entry under a key. It does not count as a read.
   *
   * @param key The key.
   * @returns `true` if there is one.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assert } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>();
   * assert(store.set("a", 1).has("a"));
   * ```
   */
  has(key: K): boolean {
    return this.#map.has(key);
  }

  /**
   * Reads the value of a live entry, or stores one for the store's `ttl` and
   * returns that, like `Map.prototype.getOrInsert`.
   *
   * @param key The key.
   * @param value The value to store when there is none.
   * @returns The value that is stored now.
   * @throws {StoreFullError} The store is full and may not evict.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, string[]>();
   * store.getOrInsert("todo", []).push("write");
   * store.getOrInsert("todo", []).push("test");
   * assertEquals(store.get("todo"), ["write", "test"]);
   * ```
   */
  getOrInsert(key: K, value: V): V {
    const found = this.#map.get(key);
    if (found !== undefined) return found;
    // It may be `undefined` that is stored, or an `onRemove` may have stored something.
    if (this.#map.has(key)) return this.#map.peek(key) as V;
    this.#map.set(key, value);
    return value;
  }

  /**
   * Reads the value of a live entry, or computes one, stores it for the store's
   * `ttl` and returns it, like `Map.prototype.getOrInsertComputed`.
   *
   * A promise is stored as it is: all callers share it while it is pending, and
   * `compute` runs once. When it rejects, its entry is removed; one that has
   * rejected by the time it is returned is not stored.
   *
   * @param key The key.
   * @param compute Makes the value for the key; what it throws is thrown, and nothing is stored.
   * @returns The value that is stored now.
   * @throws {TypeError} `compute` is not a function.
   * @throws {StoreFullError} The store is full and may not evict.
   *
   * @example Concurrent callers share one request
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * let requests = 0;
   * function fetchRate(currency: string): Promise<string> {
   *   requests++;
   *   return Promise.resolve(`rate of ${currency}`);
   * }
   * using rates = new ExpiringStore<string, Promise<string>>({ ttl: 60_000 });
   * const [a, b] = await Promise.all([
   *   rates.getOrInsertComputed("EUR", fetchRate),
   *   rates.getOrInsertComputed("EUR", fetchRate),
   * ]);
   * assertEquals(a, b);
   * assertEquals(requests, 1);
   * ```
   */
  getOrInsertComputed(key: K, compute: (key: K) => V): V {
    checkType("insert the entry", "compute", compute, "function", kindOf);
    const entries = this.#map;
    const found = entries.get(key);
    if (found !== undefined) return found;
    if (entries.has(key)) return entries.peek(key) as V;
    // -0 is the key 0, as in a `Map`.
    const value = compute(key === 0 ? 0 as K : key);
    let isRejected = false;
    // Before it is stored: its rejection is handled even where the store has no room for it.
    watch(
      () => {
        isRejected = true;
        if (entries.peek(key) === value) entries.delete(key);
      },
      value,
      () => {},
    );
    if (!isRejected) entries.set(key, value);
    return value;
  }

  /**
   * Restarts an entry's TTL: the last one that it was given, or a new one. An entry
   * that was set with `expiresAt` has none, so only a new one moves its deadline.
   *
   * @param key The key.
   * @param ttl The new ttl in ms.
   * @returns `true` if there is a live entry.
   * @throws {TypeError} The ttl is not a number.
   * @throws {RangeError} The ttl is not positive.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * let now = 0;
   * using store = new ExpiringStore<string, number>({ ttl: 100, now: () => now });
   * store.set("a", 1);
   * now = 60;
   * assertEquals(store.touch("a"), true);
   * assertEquals(store.remainingTtl("a"), 100);
   * assertEquals(store.touch("b"), false);
   * ```
   */
  touch(key: K, ttl?: number): boolean {
    if (ttl !== undefined) {
      checkPositive(
        "touch the entry",
        "ttl",
        ttl,
        MILLISECONDS,
        quoteNumber,
      );
    }
    return this.#map.touch(key, ttl);
  }

  /**
   * Protects an entry that is in use: until it is released it does not expire, not even by
   * `maxAge`, and is neither swept nor evicted. `remainingTtl` and `expiresAt` are `Infinity`
   * meanwhile.
   *
   * An entry may be held several times; the last release ends the hold. Then a sliding store
   * restarts the entry's TTL; in other stores the old deadline applies, and an entry whose
   * deadline has passed expires at once, `onRemove` included. `set` replaces the value of a held
   * entry, which stays held; `delete` and `clear` remove it, and releasing it afterwards does
   * nothing. A hold that is never released keeps the entry for ever. It counts as a hit or a miss.
   *
   * @param key The key.
   * @returns The value with `release`, or `undefined` when there is no live entry.
   *
   * @example A session stays until its request has ended
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * let now = 0;
   * using sessions = new ExpiringStore<string, { user: string }>({
   *   ttl: 1000,
   *   sliding: true,
   *   now: () => now,
   * });
   * sessions.set("abc", { user: "Ada" });
   * {
   *   using session = sessions.hold("abc");
   *   now = 5000; // A slow request.
   *   assertEquals(session?.value, { user: "Ada" });
   * }
   * assertEquals(sessions.remainingTtl("abc"), 1000);
   * ```
   */
  hold(key: K): Held<V> | undefined {
    return this.#map.hold(key);
  }

  /**
   * The time until an entry expires.
   *
   * @param key The key.
   * @returns The time in ms, `Infinity` when the entry never expires, `undefined` when there
   * is none.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>({ now: () => 0 });
   * assertEquals(store.set("a", 1, 500).remainingTtl("a"), 500);
   * assertEquals(store.set("b", 1).remainingTtl("b"), Infinity);
   * assertEquals(store.remainingTtl("c"), undefined);
   * ```
   */
  remainingTtl(key: K): number | undefined {
    const now = this.#map.now();
    const deadline = this.#map.deadline(key, now);
    return deadline === undefined ? undefined : deadline - now;
  }

  /**
   * The deadline of an entry.
   *
   * @param key The key.
   * @returns The time in ms since the epoch, `Infinity` when the entry never expires,
   * `undefined` when there is none.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>({ now: () => 1000 });
   * assertEquals(store.set("a", 1, 500).expiresAt("a"), 1500);
   * ```
   */
  expiresAt(key: K): number | undefined {
    return this.#map.deadline(key);
  }

  /**
   * Removes an entry.
   *
   * @param key The key.
   * @returns `true` if there was a live entry.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>();
   * store.set("a", 1);
   * assertEquals(store.delete("a"), true);
   * assertEquals(store.delete("a"), false);
   * ```
   */
  delete(key: K): boolean {
    return this.#map.delete(key);
  }

  /**
   * Removes all entries, except those that `onRemove` sets meanwhile.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>();
   * store.set("a", 1).clear();
   * assertEquals(store.size, 0);
   * ```
   */
  clear(): void {
    this.#map.clear();
  }

  /**
   * Walks over the keys of the live entries.
   *
   * @returns An iterator; it also reaches entries that are added during the walk.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>();
   * assertEquals([...store.set("a", 1).keys()], ["a"]);
   * ```
   */
  keys(): IterableIterator<K> {
    return this.#map.walk((key) => key);
  }

  /**
   * Walks over the values of the live entries, as `peek` reads them.
   *
   * @returns An iterator; it also reaches entries that are added during the walk.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>();
   * assertEquals([...store.set("a", 1).values()], [1]);
   * ```
   */
  values(): IterableIterator<V> {
    return this.#map.walk((_key, value) => value);
  }

  /**
   * Walks over the live entries, as `peek` reads them.
   *
   * @returns An iterator; it also reaches entries that are added during the walk.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>();
   * assertEquals([...store.set("a", 1).entries()], [["a", 1]]);
   * ```
   */
  entries(): IterableIterator<[K, V]> {
    return this.#map.walk((key, value): [K, V] => [key, value]);
  }

  /**
   * Walks over the live entries: the same as {@linkcode ExpiringStore.prototype.entries}.
   *
   * @returns An iterator; it also reaches entries that are added during the walk.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>();
   * assertEquals(new Map(store.set("a", 1)), new Map([["a", 1]]));
   * ```
   */
  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  /**
   * Calls a function for each live entry.
   *
   * @param callback Gets the value, the key and the store.
   * @param thisArg The value of `this` in the callback.
   * @throws {TypeError} `callback` is not a function.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>();
   * let sum = 0;
   * store.set("a", 1).set("b", 2).forEach((value) => sum += value);
   * assertEquals(sum, 3);
   * ```
   */
  forEach(
    callback: (value: V, key: K, store: ExpiringStore<K, V>) => void,
    thisArg?: unknown,
  ): void {
    checkType(
      "walk over the entries",
      "callback",
      callback,
      "function",
      kindOf,
    );
    for (const [key, value] of this.entries()) {
      callback.call(thisArg, value, key, this);
    }
  }

  /**
   * Removes all expired entries at once, without a pause.
   *
   * @returns The number of entries that were removed.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * let now = 0;
   * using store = new ExpiringStore<string, number>({ ttl: 100, now: () => now });
   * store.set("a", 1);
   * now = 100;
   * assertEquals(store.sweep(), 1);
   * ```
   */
  sweep(): number {
    return this.#map.sweep();
  }

  /**
   * Counts of the store since it was made. `get` and the upsert pair count as a hit or a
   * miss.
   *
   * @returns A plain object of numbers.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = new ExpiringStore<string, number>();
   * store.set("a", 1).get("a");
   * assertEquals(store.stats(), {
   *   entries: 1,
   *   hits: 1,
   *   misses: 0,
   *   expired: 0,
   *   evicted: 0,
   * });
   * ```
   */
  stats(): StoreStats {
    const { hits, misses, expired, evicted } = this.#map;
    const entries = this.#map.count();
    return { entries, hits, misses, expired, evicted };
  }

  /**
   * Stops the sweeper. The store can still be used: an expired entry is removed when it is next
   * accessed.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * const store = new ExpiringStore<string, number>({ ttl: 1000 });
   * store.shutdown();
   * assertEquals(store.set("a", 1).get("a"), 1);
   * ```
   */
  shutdown(): void {
    this.#map.shutdown();
  }

  /**
   * Stops the sweeper and removes all entries, at the end of a `using` block.
   *
   * @example Usage
   * ```ts
   * import { ExpiringStore } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * const store = new ExpiringStore<string, number>();
   * store.set("a", 1)[Symbol.dispose]();
   * assertEquals(store.size, 0);
   * ```
   */
  [Symbol.dispose](): void {
    this.#map.shutdown();
    this.#map.clear();
  }
}

/** A line such as `ExpiringStore(2) { ttl: 1000, onRemove: [Function] }`: never a key or a value. */
function show(map: { count(): number }, options: object): string {
  const shown = Object.entries(options).map(([name, value]) =>
    `${name}: ${typeof value === "function" ? "[Function]" : quote(value)}`
  );
  let count = "?";
  try {
    count = String(map.count());
  } catch {
    // A clock that throws must not break what is being logged.
  }
  return `ExpiringStore(${count}) {${
    shown.length === 0 ? "" : ` ${shown.join(", ")} `
  }}`;
}
