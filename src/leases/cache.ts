/**
 * A cache cannot guarantee that a value is loaded exactly once: if a process dies or is frozen
 * during a load, another process loads again, so make loads idempotent. Otherwise one process loads
 * a value, and all other processes that ask for it get the value that it stores.
 *
 * Works in memory, in a file, on a server and on a cluster.
 *
 * @example Concurrent callers share one request
 * ```ts
 * import { Cache } from "@mayfly/store/cache";
 * import { assertEquals } from "@std/assert";
 *
 * let requests = 0;
 * const weather = new Cache<string>("weather", { ttl: 60_000 });
 * const load = ({ key }: { key: string }) => {
 *   requests++;
 *   return Promise.resolve(`weather of ${key}`);
 * };
 * await Promise.all([1, 2, 3].map(() => weather.get("Oslo", load)));
 * assertEquals(await weather.get("Oslo", load), "weather of Oslo");
 * assertEquals(requests, 1);
 * ```
 *
 * @module
 */

import type { JsonValue } from "../backend/_json.ts";
import { unknownOutcome, watchConnection } from "../backend/_lost_reply.ts";
import {
  checkKeyPart,
  checkName,
  findStorage,
  readMilliseconds,
} from "../backend/_options.ts";
import { isPending } from "../backend/_replies.ts";
import {
  checkPositive,
  checkType,
  kindOf,
  MILLISECONDS,
  quoteNumber,
} from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import { report } from "../base/_report.ts";
import { Values } from "../collection/_values.ts";
import { checkWait } from "./_arguments.ts";
import type { CacheOptions, CacheStorage, Load } from "./_cache_options.ts";
import { delay } from "./_clock.ts";
import { CachedValues, type Spot } from "./_cached_values.ts";
import { type Entry, readEntry, readText } from "./_entry.ts";
import { type HeldLease, HeldLeases } from "./_held_leases.ts";
import { prefixOfName } from "./_places.ts";
import { pauseAfter } from "./_wait_queue.ts";

export type {
  CacheOptions,
  CacheStorage,
  Load,
  LoadContext,
} from "./_cache_options.ts";
export type { JsonObject, JsonValue } from "../backend/_json.ts";
export { CollectionValueError } from "../collection/errors.ts";
export { LeaseLostError } from "./errors.ts";

const MAKE = "make the cache";
const GET = "get the value";
const SET = "set the value";
const DELETE = "delete the value";
const REFRESH = "refresh the value";
const OPTIONS = [
  "storage",
  "ttl",
  "staleWhileRevalidate",
  "staleIfError",
  "lease",
  "schema",
  "codec",
  "onError",
] as const;
const COMMANDS = ["del", "get", "getdel", "pttl", "set"] as const;

/** The mark of a load that has ended. */
const OVER = "over";

/** A load that is in progress in this process, or a wait for the load of another process. */
interface Flight<T> {
  /** The nonce in the backend, once it is written. */
  mark: string | undefined;
  result: Promise<T>;
}

/** A call of `get` or `refresh`. */
interface Call<T> extends Spot {
  /** The TTL of the lease, in ms. */
  readonly ttl: number;
  readonly load: Load<T>;
  /** The id of the value that a refresh replaces; empty: any value is accepted. */
  readonly replaces: string;
}

/**
 * A cache that loads values on demand and stores them for a limited time in a backend that
 * processes share. Reading a fresh value costs one `GET`.
 *
 * If there is no fresh value, one process loads it, under a lease, and the others wait for the
 * value that it stores. If the load throws, nothing is stored, the callers that wait for it in the
 * same process get the error, and the next call loads again. `delete` and `set` override a load
 * that is in progress.
 *
 * @typeParam T The type of the values: JSON, if no codec is given.
 *
 * @example Serving a stale value while one process loads
 * ```ts
 * import { Cache } from "@mayfly/store/cache";
 * import { assertEquals } from "@std/assert";
 *
 * const rates = new Cache<number>("rate", {
 *   ttl: 60_000,
 *   staleWhileRevalidate: 10 * 60_000,
 *   staleIfError: 24 * 3_600_000,
 *   onError: (error) => console.error("no new rate:", error),
 * });
 * assertEquals(await rates.get("EUR", () => Promise.resolve(1.1)), 1.1);
 * ```
 */
export class Cache<T = JsonValue> {
  readonly #storage: () => CacheStorage;
  readonly #values: CachedValues<T>;
  readonly #whileRevalidate: number;
  readonly #ifError: number;
  readonly #lease: number;
  readonly #onError: ((error: unknown) => unknown) | undefined;
  readonly #held: HeldLeases;
  readonly #flights = new Map<string, Flight<T>>();
  /** The keys that this process tries to load in the background. */
  readonly #revalidating = new Set<string>();

  /**
   * Makes a cache; nothing is stored yet.
   *
   * @param name The name of the cache, which separates its keys from all others in the backend; not
   * empty.
   * @param options The TTL and other settings.
   * @throws {TypeError} An argument has the wrong type, or an option has an unknown name.
   * @throws {RangeError} `name` is empty or has half a surrogate pair, or a time is out of range.
   */
  constructor(name: string, options: CacheOptions<T>) {
    checkName(MAKE, "name", name);
    const {
      storage,
      ttl,
      staleWhileRevalidate = 0,
      staleIfError = 0,
      lease = 30_000,
      schema,
      codec,
      onError,
    } = readOptions(MAKE, options, OPTIONS);
    this.#storage = findStorage(MAKE, storage, COMMANDS);
    if (typeof ttl !== "function") {
      checkPositive(MAKE, "ttl", ttl, MILLISECONDS, quoteNumber);
    }
    checkWait(MAKE, "staleWhileRevalidate", staleWhileRevalidate);
    checkWait(MAKE, "staleIfError", staleIfError);
    this.#whileRevalidate = staleWhileRevalidate;
    this.#ifError = staleIfError;
    this.#lease = readMilliseconds(MAKE, "lease", lease);
    if (onError !== undefined) checkType(MAKE, "onError", onError, "function");
    this.#onError = onError;
    const prefix = prefixOfName(name);
    this.#values = new CachedValues(
      prefix,
      new Values(MAKE, schema, codec),
      ttl,
      Math.max(staleWhileRevalidate, staleIfError),
    );
    this.#held = new HeldLeases(prefix, "cache-");
  }

  /**
   * Returns the value of a key, and loads it if there is no fresh value.
   *
   * @param key The key.
   * @param load Loads the value. It may run more than once, if a process dies or is frozen. It must
   * not get the same key: it would wait for itself.
   * @returns The value.
   * @throws {CollectionValueError} The loaded value cannot be stored.
   * @throws {RangeError} The `ttl` function returned a time that is out of range.
   * @throws {unknown} Any error of `load` or of the backend.
   *
   * @example Usage
   * ```ts
   * import { Cache } from "@mayfly/store/cache";
   * import { assertEquals } from "@std/assert";
   *
   * const lengths = new Cache<number>("length", { ttl: 60_000 });
   * assertEquals(await lengths.get("mayfly", ({ key }) => key.length), 6);
   * ```
   */
  async get(key: string, load: Load<T>): Promise<T> {
    checkKeyPart(GET, "key", key);
    checkType(GET, "load", load, "function", kindOf);
    const storage = this.#storage();
    const before = this.#flights.get(key);
    const reply = this.#values.read(storage, key);
    const stored = isPending(reply) ? await reply : reply;
    const value = this.#values.decode(key, readText(stored));
    if (value !== undefined) return value;

    const call = { storage, key, ttl: this.#lease, load, replaces: "" };
    if (this.#whileRevalidate > 0) {
      const stale = await this.#values.readStale(call, this.#whileRevalidate);
      if (stale !== undefined) {
        this.#revalidate(call);
        return stale;
      }
    }
    return await this.#join(call, before, readEntry(stored));
  }

  /**
   * Returns the value of a key if it is fresh; never loads.
   *
   * @param key The key.
   * @returns The value; `undefined` if there is no fresh value.
   *
   * @example Usage
   * ```ts
   * import { Cache } from "@mayfly/store/cache";
   * import { assertEquals } from "@std/assert";
   *
   * const pages = new Cache<string>("page", { ttl: 60_000 });
   * assertEquals(await pages.peek("home"), undefined);
   * ```
   */
  async peek(key: string): Promise<T | undefined> {
    checkKeyPart("peek at the value", "key", key);
    const stored = await this.#values.read(this.#storage(), key);
    return this.#values.decode(key, readText(stored));
  }

  /**
   * Stores a value, as a load does. A load that is in progress then stores nothing.
   *
   * @param key The key.
   * @param value The value. If the `ttl` function returns 0, the key is deleted.
   * @throws {CollectionValueError} The value cannot be stored.
   * @throws {RangeError} The `ttl` function returned a time that is out of range.
   *
   * @example Usage
   * ```ts
   * import { Cache } from "@mayfly/store/cache";
   * import { assertEquals } from "@std/assert";
   *
   * const pages = new Cache<string>("page", { ttl: 60_000 });
   * await pages.set("home", "<h1>");
   * assertEquals(await pages.peek("home"), "<h1>");
   * ```
   */
  async set(key: string, value: T): Promise<void> {
    checkKeyPart(SET, "key", key);
    const prepared = this.#values.prepare(SET, "value", key, value);
    await this.#values.set({ storage: this.#storage(), key }, prepared);
  }

  /**
   * Loads a value even if there is a fresh one. Other callers get the old value until the new one
   * is stored; if the load throws, the old value stays. If another process replaces the old value
   * first, its new value is returned, and `load` may not run.
   *
   * @param key The key.
   * @param load Loads the value.
   * @returns The value.
   * @throws {unknown} The same errors as {@linkcode Cache.prototype.get}.
   *
   * @example Usage
   * ```ts
   * import { Cache } from "@mayfly/store/cache";
   * import { assertEquals } from "@std/assert";
   *
   * const counts = new Cache<number>("count", { ttl: 60_000 });
   * await counts.set("a", 1);
   * assertEquals(await counts.refresh("a", ({ stale = 0 }) => stale + 1), 2);
   * assertEquals(await counts.peek("a"), 2);
   * ```
   */
  async refresh(key: string, load: Load<T>): Promise<T> {
    checkKeyPart(REFRESH, "key", key);
    checkType(REFRESH, "load", load, "function", kindOf);
    const storage = this.#storage();
    const before = this.#flights.get(key);
    const entry = readEntry(await this.#values.read(storage, key));
    const { id: replaces } = entry;
    const call = { storage, key, ttl: this.#lease, load, replaces };
    return await this.#join(call, before, entry);
  }

  /**
   * Removes the value of a key, fresh or stale. A load that is in progress then stores nothing.
   *
   * @param key The key.
   * @returns Whether there was a fresh value.
   *
   * @example Usage
   * ```ts
   * import { Cache } from "@mayfly/store/cache";
   * import { assertEquals } from "@std/assert";
   *
   * const pages = new Cache<string>("page", { ttl: 60_000 });
   * await pages.set("home", "<h1>");
   * assertEquals(await pages.delete("home"), true);
   * ```
   */
  async delete(key: string): Promise<boolean> {
    checkKeyPart(DELETE, "key", key);
    const storage = this.#storage();
    const isSentAgain = watchConnection(storage);
    const wasThere = await this.#values.remove({ storage, key });
    if (!wasThere && isSentAgain()) throw unknownOutcome(DELETE);
    return wasThere;
  }

  /** Waits for a load of this process that is recent enough, or starts one. */
  #join(
    call: Call<T>,
    before: Flight<T> | undefined,
    { nonce }: Entry,
  ): Promise<T> {
    const flight = this.#flights.get(call.key);
    // A load that began before this call is recent enough unless its nonce is gone: then the key
    // was set or deleted, perhaps before this call.
    const willDo = flight !== undefined &&
      (flight !== before || flight.mark === undefined || flight.mark === nonce);
    return willDo
      ? flight.result
      : this.#fly(call.key, (flight) => this.#waitOrLoad(call, flight));
  }

  #fly(key: string, run: (flight: Flight<T>) => Promise<T>): Promise<T> {
    const flight = { mark: undefined } as Flight<T>;
    this.#flights.set(key, flight);
    flight.result = run(flight).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    return flight.result;
  }

  /** Loads under a lease, or waits for the value that another process stores. */
  async #waitOrLoad(call: Call<T>, flight: Flight<T>): Promise<T> {
    for (let attempts = 0;; attempts++) {
      const lease = await this.#held.tryOnce(call, attempts === 0);
      if (lease !== undefined) {
        return await this.#loadUnder(lease, call, flight);
      }
      await delay(pauseAfter(attempts, call.ttl));
      const entry = readEntry(await this.#values.read(call.storage, call.key));
      if (entry.id === call.replaces) continue;
      const value = this.#values.decode(call.key, entry.text);
      if (value === undefined) continue;
      flight.mark = OVER;
      return value;
    }
  }

  /** Loads in the background, unless a load of the key is already in progress. */
  async #revalidate(call: Call<T>): Promise<void> {
    const { key } = call;
    if (this.#flights.has(key) || this.#revalidating.has(key)) return;
    this.#revalidating.add(key);
    try {
      const lease = await this.#held.tryOnce(call, true);
      if (lease === undefined) return;
      await this.#fly(key, (flight) => this.#loadUnder(lease, call, flight));
    } catch (error) {
      this.#tell(error);
    } finally {
      this.#revalidating.delete(key);
    }
  }

  #tell(error: unknown): void {
    if (this.#onError !== undefined) report(this.#onError, error);
  }

  async #loadUnder(
    lease: HeldLease,
    call: Call<T>,
    flight: Flight<T>,
  ): Promise<T> {
    try {
      const nonce = crypto.randomUUID();
      const { isMarked, value } = await this.#values
        .mark(call, nonce, call.replaces);
      if (!isMarked) return value!;
      flight.mark = nonce;
      const stale = value === undefined
        ? await this.#values.readStale(call)
        : value;
      return await this.#load(lease, call, nonce, stale);
    } finally {
      await lease.release();
    }
  }

  async #load(
    lease: HeldLease,
    call: Call<T>,
    nonce: string,
    stale: T | undefined,
  ): Promise<T> {
    const { key, load } = call;
    const { fence, signal } = lease;
    let isLoaded = false;
    try {
      const value = await load({ key, stale, fence, signal });
      isLoaded = true;
      const loaded = value === undefined
        ? { value, text: "", ttl: 0 }
        : this.#values.prepare(GET, "load(context)", key, value);
      await this.#values.store(call, nonce, loaded, () => lease.isHeld)
        .catch((error) => this.#tell(error));
      return loaded.value;
    } catch (error) {
      await this.#values.unmark(call, nonce).catch(() => {});
      if (isLoaded || this.#ifError === 0) throw error;
      const left = await this.#values.readStale(call, this.#ifError);
      if (left === undefined) throw error;
      this.#tell(error);
      return left;
    }
  }
}
