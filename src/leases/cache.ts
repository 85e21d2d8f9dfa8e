/**
 * A cache in a backend: of all processes that ask for a value, one loads it. That is once in nearly
 * all cases, not in all of them: a load whose process dies or is frozen is done again by another, so
 * a load must do no harm when it is done twice.
 *
 * Works in memory, in a file, on a server and on a cluster.
 *
 * @example One request, however many ask
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
import { NotTextError, updateFor } from "../backend/update.ts";
import {
  checkPositive,
  checkType,
  kindOf,
  MILLISECONDS,
  quoteNumber,
  refuse,
} from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import { report } from "../base/_report.ts";
import { CollectionValueError } from "../collection/errors.ts";
import { Values } from "../collection/_values.ts";
import { checkWait } from "./_arguments.ts";
import type { CacheOptions, CacheStorage, Load } from "./_cache_options.ts";
import { delay } from "./_clock.ts";
import { type Entry, NONE, readEntry, writeEntry } from "./_entry.ts";
import { type HeldLease, HeldLeases } from "./_held_leases.ts";
import { placesOf } from "./_places.ts";
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
  ...["storage", "ttl", "staleWhileRevalidate", "staleIfError"] as const,
  ...["lease", "schema", "codec", "onError"] as const,
] as const;
const COMMANDS = ["del", "get", "getdel", "pttl", "set"] as const;

/** How long the nonce of a load that was never stored may lie there, in ms. */
const MARK_TTL = 24 * 3_600_000;
/** As good as for ever, and no time that a backend refuses: a hundred years in ms. */
const LONGEST = 100 * 365.25 * 24 * 3_600_000;

/** The key is not as this load left it. */
const NOT_OURS = Symbol("not as this load left it");
/** The mark of a load that is over. */
const OVER = "over";

/** A load that is under way in this process, or one that waits for another process. */
interface Flight<T> {
  /** The nonce in the backend, once it is there. */
  mark: string | undefined;
  result: Promise<T>;
}

/** What a call of this cache works on. */
interface Call<T> {
  readonly storage: CacheStorage;
  readonly key: string;
  readonly load: Load<T>;
  /** The value that a refresh is to replace; empty: any value will do. */
  readonly replaces: string;
}

/** A value that was loaded. */
interface Loaded<T> {
  readonly value: T;
  readonly text: string;
  /** In whole ms; 0: it is not stored. */
  readonly ttl: number;
}

/**
 * Values that are loaded when they are asked for and kept for a while, in a backend that processes
 * share. A fresh value costs one `GET`.
 *
 * Where there is none, one process loads, under a lease, and the others wait for what it stores. If
 * the load throws, its caller and those who waited with it in that process get the error, nothing is
 * stored, and the next to ask tries again. `delete` and `set` win over a load that is under way.
 *
 * @typeParam T What the values are: JSON, if no codec is given.
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
  readonly #values: Values<T>;
  readonly #ttl: number | ((value: T) => number);
  readonly #whileRevalidate: number;
  readonly #ifError: number;
  /** The longer of the two. */
  readonly #window: number;
  readonly #lease: number;
  readonly #onError: ((error: unknown) => unknown) | undefined;
  readonly #place: string;
  readonly #stalePlace: string;
  readonly #leasePlace: string;
  readonly #fencePlace: string;
  readonly #held = new HeldLeases();
  readonly #flights = new Map<string, Flight<T>>();
  /** The keys for which this process tries to load in the background. */
  readonly #revalidating = new Set<string>();

  /**
   * Makes a cache; nothing is stored yet.
   *
   * @param name What tells its keys from all others in the backend; not empty.
   * @param options Where the values are kept and for how long.
   * @throws {TypeError} An argument is of the wrong kind, or an option is not known.
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
    this.#ttl = ttl;
    checkWait(MAKE, "staleWhileRevalidate", staleWhileRevalidate);
    checkWait(MAKE, "staleIfError", staleIfError);
    this.#whileRevalidate = Math.min(staleWhileRevalidate, LONGEST);
    this.#ifError = Math.min(staleIfError, LONGEST);
    this.#window = Math.ceil(Math.max(this.#whileRevalidate, this.#ifError));
    this.#lease = readMilliseconds(MAKE, "lease", lease);
    this.#values = new Values(MAKE, schema, codec);
    if (onError !== undefined) checkType(MAKE, "onError", onError, "function");
    this.#onError = onError;
    const placeOf = placesOf(name, "cache");
    this.#place = placeOf("");
    this.#stalePlace = placeOf("-stale");
    this.#leasePlace = placeOf("-lease");
    this.#fencePlace = placeOf("-fence");
  }

  /**
   * The value of a key, loaded if there is no fresh one.
   *
   * @param key The key.
   * @param load Loads the value. It may run more than once, if a process dies or is frozen.
   * @returns The value.
   * @throws {CollectionValueError} What was loaded cannot be stored.
   * @throws {RangeError} The `ttl` function answered a time that is out of range.
   * @throws {unknown} What `load` throws; what the backend throws.
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
    const reply = storage.get(this.#place + key);
    const entry = readEntry(isPending(reply) ? await reply : reply);
    const value = this.#valueOf(key, entry);
    if (value !== undefined) return value;

    const call: Call<T> = { storage, key, load, replaces: "" };
    if (this.#whileRevalidate > 0) {
      const stale = await this.#readStale(call);
      if (stale !== undefined && stale.age <= this.#whileRevalidate) {
        this.#revalidate(call);
        return stale.value;
      }
    }
    return await this.#join(call, before, entry);
  }

  /**
   * The value of a key if it is fresh.
   *
   * @param key The key.
   * @returns The value, or `undefined`.
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
    const stored = await this.#storage().get(this.#place + key);
    return this.#valueOf(key, readEntry(stored));
  }

  /**
   * Stores a value, as if it had been loaded. A load that is under way stores nothing then.
   *
   * @param key The key.
   * @param value The value. If the `ttl` function answers 0, the key is deleted.
   * @throws {CollectionValueError} The value cannot be stored.
   * @throws {RangeError} The `ttl` function answered a time that is out of range.
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
    const { text, ttl } = this.#prepare(SET, "value", key, value);
    const storage = this.#storage();
    const [place, stalePlace] = [this.#place + key, this.#stalePlace + key];
    if (ttl === 0) {
      await storage.del(place);
      await storage.del(stalePlace);
      return;
    }
    const entry: Entry = { id: crypto.randomUUID(), nonce: "", text };
    const stored = writeEntry(entry)!;
    if (ttl === Infinity) await storage.set(place, stored);
    else await storage.set(place, stored, "PX", ttl);
    if (this.#window === 0) return;
    const stale = writeEntry({ ...entry, text: this.#staleText(text) })!;
    const time = Math.min(ttl, LONGEST) + this.#window;
    await storage.set(stalePlace, stale, "PX", time);
  }

  /**
   * Loads a value although there may be a fresh one. Others get that one until the new value is
   * stored, and keep it if the load throws. If another process replaces it meanwhile, the value
   * that it stored is returned, and `load` may not run.
   *
   * @param key The key.
   * @param load Loads the value.
   * @returns The value.
   * @throws {unknown} As {@linkcode Cache.prototype.get}.
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
    const entry = readEntry(await storage.get(this.#place + key));
    const call: Call<T> = { storage, key, load, replaces: entry.id };
    return await this.#join(call, before, entry);
  }

  /**
   * Removes a value, and a stale one. A load that is under way stores nothing then.
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
    const stored = await storage.getdel(this.#place + key);
    await storage.del(this.#stalePlace + key);
    const wasThere = this.#valueOf(key, readEntry(stored)) !== undefined;
    if (!wasThere && isSentAgain()) throw unknownOutcome(DELETE);
    return wasThere;
  }

  /** The value of an entry; what cannot be read is none. */
  #valueOf(key: string, { id, text }: Entry): T | undefined {
    if (id === "") return undefined;
    try {
      return this.#values.decode(GET, key, text);
    } catch (error) {
      if (error instanceof CollectionValueError) return undefined;
      throw error;
    }
  }

  /** What is stored of a value, and for how long. */
  #prepare(action: string, name: string, key: string, value: T): Loaded<T> {
    const text = this.#values.encode(action, name, value);
    const made = this.#values.decode(action, key, text);
    if (typeof this.#ttl !== "function") {
      return { value: made, text, ttl: Math.ceil(this.#ttl) };
    }
    const ttl: unknown = this.#ttl(made);
    if (typeof ttl === "number" && ttl >= 0) {
      return { value: made, text, ttl: Math.ceil(ttl) };
    }
    const must = `answer a number of milliseconds that is not negative`;
    refuse(action, "ttl", must, ttl, typeof ttl === "number", quoteNumber);
  }

  #staleText(text: string): string {
    return `${this.#window}:${text}`;
  }

  /** A value past its ttl, and for how long it has been, in ms. */
  async #readStale(
    { storage, key }: Call<T>,
  ): Promise<{ value: T; age: number } | undefined> {
    const place = this.#stalePlace + key;
    // In this order: a value that is stored in between is taken for older than it is.
    const left = Number(await storage.pttl(place));
    if (left < 0) return undefined;
    const { id, nonce, text } = readEntry(await storage.get(place));
    const end = text.indexOf(":");
    const entry = { id, nonce, text: text.slice(end + 1) };
    const value = this.#valueOf(key, entry);
    const age = Number(text.slice(0, end)) - left;
    return value === undefined ? undefined : { value, age };
  }

  /** Waits for a load of this process that will do, or starts one. */
  #join(
    call: Call<T>,
    before: Flight<T> | undefined,
    { nonce }: Entry,
  ): Promise<T> {
    const flight = this.#flights.get(call.key);
    // A load that began before this call will do unless its nonce is gone: then the key was set or
    // deleted, perhaps before this call.
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

  /** Loads under a lease, or waits for what another process stores. */
  async #waitOrLoad(call: Call<T>, flight: Flight<T>): Promise<T> {
    for (let attempts = 0;; attempts++) {
      const lease = await this.#acquire(call, attempts === 0);
      if (lease !== undefined) {
        return await this.#loadUnder(lease, call, flight);
      }
      await delay(pauseAfter(attempts, this.#lease / 10));
      const stored = await call.storage.get(this.#place + call.key);
      const found = this.#replacementIn(call, readEntry(stored));
      if (found === undefined) continue;
      flight.mark = OVER;
      return found;
    }
  }

  #acquire(
    { storage, key }: Call<T>,
    isLikely: boolean,
  ): Promise<HeldLease | undefined> {
    const places = {
      lease: this.#leasePlace + key,
      fence: this.#fencePlace + key,
    };
    const claim = { storage, key, places, ttl: this.#lease };
    return this.#held.acquire(claim, { wait: 0, signal: undefined, isLikely });
  }

  /** A value that makes the load unnecessary. */
  #replacementIn({ key, replaces }: Call<T>, entry: Entry): T | undefined {
    return entry.id === replaces ? undefined : this.#valueOf(key, entry);
  }

  /** Loads in the background, unless somebody else does. */
  async #revalidate(call: Call<T>): Promise<void> {
    const { key } = call;
    if (this.#flights.has(key) || this.#revalidating.has(key)) return;
    this.#revalidating.add(key);
    try {
      const lease = await this.#acquire(call, true);
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
      if (this.#window > 0) await this.#mark(this.#stalePlace, call, nonce);
      const there = await this.#mark(this.#place, call, nonce);
      const found = this.#replacementIn(call, there);
      if (found !== undefined) return found;
      flight.mark = nonce;
      return await this.#load(
        lease,
        call,
        nonce,
        this.#valueOf(call.key, there),
      );
    } finally {
      await lease.release();
    }
  }

  async #load(
    lease: HeldLease,
    call: Call<T>,
    nonce: string,
    replaced: T | undefined,
  ): Promise<T> {
    const { key, load } = call;
    const stale = replaced === undefined && this.#window > 0
      ? (await this.#readStale(call))?.value
      : replaced;
    const { fence, signal } = lease;
    let isLoaded = false;
    try {
      const value = await load({ key, stale, fence, signal });
      isLoaded = true;
      const loaded = value === undefined
        ? { value, text: "", ttl: 0 }
        : this.#prepare(GET, "load(context)", key, value);
      await this.#store(lease, call, nonce, loaded).catch((error) =>
        this.#tell(error)
      );
      return loaded.value;
    } catch (error) {
      await this.#unmark(call, nonce).catch(() => {});
      if (isLoaded || this.#ifError === 0) throw error;
      const left = await this.#readStale(call);
      if (left === undefined || left.age > this.#ifError) throw error;
      this.#tell(error);
      return left.value;
    }
  }
  /**
   * Puts the nonce of a load where its value is to be stored, and returns what was there. Where
   * that makes the load unnecessary, it stays as it is.
   */
  async #mark(place: string, call: Call<T>, nonce: string): Promise<Entry> {
    const isStale = place === this.#stalePlace;
    let there = NONE;
    let ttl: number | undefined;
    const change = (stored: string | null) => {
      there = readEntry(stored);
      if (!isStale && this.#replacementIn(call, there) !== undefined) {
        throw NOT_OURS;
      }
      const isKept = there.id !== "" &&
        (isStale || this.#valueOf(call.key, there) !== undefined);
      ttl = isKept ? undefined : MARK_TTL;
      return writeEntry(isKept ? { ...there, nonce } : { ...NONE, nonce });
    };
    try {
      await updateFor(call.storage, place + call.key, change, () => ttl);
    } catch (error) {
      if (error instanceof NotTextError) {
        await call.storage.del(place + call.key);
        return await this.#mark(place, call, nonce);
      }
      if (error !== NOT_OURS) throw error;
    }
    return there;
  }

  /** Stores what a load answered, unless its key was set or deleted or its lease lost. */
  async #store(
    lease: HeldLease,
    { storage, key }: Call<T>,
    nonce: string,
    { text, ttl }: Loaded<T>,
  ): Promise<void> {
    const put = (place: string, text: string, ttl: number) =>
      changeMarked(storage, place + key, nonce, () => {
        if (!lease.isHeld) throw NOT_OURS;
        return ttl === 0 ? NONE : { id: nonce, nonce: "", text };
      }, ttl);
    if (!await put(this.#place, text, ttl) || this.#window === 0) return;
    // What is fresh for ever is never stale.
    const time = ttl === Infinity || ttl === 0 ? 0 : ttl + this.#window;
    await put(this.#stalePlace, this.#staleText(text), time);
  }

  /** Takes the nonce of a load away that has failed. */
  async #unmark({ storage, key }: Call<T>, nonce: string): Promise<void> {
    for (const place of [this.#place, this.#stalePlace]) {
      if (place === this.#stalePlace && this.#window === 0) return;
      await changeMarked(
        ...[storage, place + key, nonce] as const,
        (entry) => ({ ...entry, nonce: "" }),
      );
    }
  }
}

/** Changes an entry that has the nonce of a load; returns whether it has. */
async function changeMarked(
  storage: CacheStorage,
  place: string,
  nonce: string,
  change: (entry: Entry) => Entry,
  ttl?: number,
): Promise<boolean> {
  try {
    await updateFor(storage, place, (stored) => {
      const entry = readEntry(stored);
      // A client may have sent it twice, after a reply that was lost.
      if (entry.id === nonce) return stored;
      if (entry.nonce !== nonce) throw NOT_OURS;
      return writeEntry(change(entry));
    }, () => ttl);
    return true;
  } catch (error) {
    if (error === NOT_OURS) return false;
    throw error;
  }
}
