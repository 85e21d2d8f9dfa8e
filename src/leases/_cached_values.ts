/**
 * What a cache keeps in a backend: for a key a value, and where stale values are wanted a copy of it
 * under a second key, whose TTL tells its age. A load puts its nonce into both before it begins, and
 * stores only where the nonce still is, so that whoever sets or deletes the key wins.
 */

import { NotTextError, updateFor } from "../backend/update.ts";
import { quoteNumber, refuse } from "../base/_checks.ts";
import { CollectionValueError } from "../collection/errors.ts";
import type { Values } from "../collection/_values.ts";
import type { CacheStorage } from "./_cache_options.ts";
import { type Entry, NONE, readEntry, writeEntry } from "./_entry.ts";

/** How long the nonce of a load that never stored anything may stay, in ms. */
const MARK_TTL = 24 * 3_600_000;
/** As good as for ever, and no time that a backend refuses: a hundred years in ms. */
export const LONGEST = 100 * 365.25 * 24 * 3_600_000;

const NOT_OURS = Symbol("the nonce is not there");

/** Where a value is kept. */
export interface Spot {
  readonly storage: CacheStorage;
  readonly key: string;
}

/** A value, as it is stored. */
export interface Prepared<T> {
  readonly value: T;
  readonly text: string;
  /** In whole ms; 0: it is not stored. */
  readonly ttl: number;
}

/** The values of one cache. */
export class CachedValues<T> {
  readonly #values: Values<T>;
  readonly #ttl: number | ((value: T) => number);
  readonly #window: number;
  readonly #place: string;
  readonly #stalePlace: string;

  /**
   * @param values Encodes and decodes them.
   * @param ttl How long a value is fresh, in ms.
   * @param window How long after that its copy is kept, in ms; 0: there is no copy.
   * @param placeOf What the keys begin with.
   */
  constructor(
    values: Values<T>,
    ttl: number | ((value: T) => number),
    window: number,
    placeOf: (part: "" | "-stale") => string,
  ) {
    this.#values = values;
    this.#ttl = ttl;
    this.#window = Math.ceil(Math.min(window, LONGEST));
    this.#place = placeOf("");
    this.#stalePlace = placeOf("-stale");
  }

  /** The key of a value in the backend. */
  placeOf(key: string): string {
    return this.#place + key;
  }

  /** The value of an entry; what cannot be read is none. */
  decode(key: string, { id, text }: Entry): T | undefined {
    return id === "" ? undefined : this.decodeText(key, text);
  }

  /** The value of a text; what cannot be read is none. */
  decodeText(key: string, text: string): T | undefined {
    try {
      return this.#values.decode("get the value", key, text);
    } catch (error) {
      if (error instanceof CollectionValueError) return undefined;
      throw error;
    }
  }

  /** What is stored of a value, and for how long. */
  prepare(action: string, name: string, key: string, value: T): Prepared<T> {
    const text = this.#values.encode(action, name, value);
    const made = this.#values.decode(action, key, text);
    const ttl: unknown = typeof this.#ttl === "function"
      ? this.#ttl(made)
      : this.#ttl;
    if (typeof ttl === "number" && ttl >= 0) {
      return { value: made, text, ttl: Math.ceil(ttl) };
    }
    const must = "answer a number of milliseconds that is not negative";
    refuse(action, "ttl", must, ttl, typeof ttl === "number", quoteNumber);
  }

  /** A value past its ttl, and for how long it has been, in ms. */
  async readStale(
    { storage, key }: Spot,
  ): Promise<{ value: T; age: number } | undefined> {
    if (this.#window === 0) return undefined;
    const place = this.#stalePlace + key;
    // In this order: a value that is stored in between is taken for older than it is.
    const left = Number(await storage.pttl(place));
    if (left < 0) return undefined;
    const entry = readEntry(await storage.get(place));
    const end = entry.text.indexOf(":");
    const text = entry.text.slice(end + 1);
    const value = this.decode(key, { ...entry, text });
    const age = Number(entry.text.slice(0, end)) - left;
    return value === undefined ? undefined : { value, age };
  }

  /** Stores a value over whatever is there. */
  async set(spot: Spot, { text, ttl }: Prepared<T>): Promise<void> {
    if (ttl === 0) {
      await this.remove(spot);
      return;
    }
    const { storage, key } = spot;
    const entry: Entry = { id: crypto.randomUUID(), nonce: "", text };
    const stored = writeEntry(entry)!;
    const place = this.#place + key;
    if (ttl === Infinity) await storage.set(place, stored);
    else await storage.set(place, stored, "PX", ttl);
    if (this.#window === 0) return;
    const copy = writeEntry({ ...entry, text: this.#copyOf(text) })!;
    const time = Math.min(ttl, LONGEST) + this.#window;
    await storage.set(this.#stalePlace + key, copy, "PX", time);
  }

  /** Removes a value and its copy; returns whether it was fresh. */
  async remove({ storage, key }: Spot): Promise<boolean> {
    const stored = await storage.getdel(this.#place + key);
    await storage.del(this.#stalePlace + key);
    return this.decode(key, readEntry(stored)) !== undefined;
  }

  /**
   * Puts the nonce of a load in its places.
   *
   * @param isEnough Whether what is there makes the load unnecessary: then it stays as it is.
   * @returns What was there.
   */
  async mark(
    spot: Spot,
    nonce: string,
    isEnough: (entry: Entry) => boolean,
  ): Promise<Entry> {
    if (this.#window > 0) {
      await putNonce(spot, this.#stalePlace, nonce, ({ id }) => id !== "");
    }
    return await putNonce(spot, this.#place, nonce, (entry) => {
      if (isEnough(entry)) throw NOT_OURS;
      return this.decode(spot.key, entry) !== undefined;
    });
  }

  /** Stores what was loaded where the nonce of its load is, as long as `isHeld` says so. */
  async store(
    spot: Spot,
    nonce: string,
    { text, ttl }: Prepared<T>,
    isHeld: () => boolean,
  ): Promise<void> {
    const put = (place: string, text: string, ttl: number) =>
      replaceNonce(spot, place, nonce, () => {
        if (!isHeld()) throw NOT_OURS;
        return ttl === 0 ? NONE : { id: nonce, nonce: "", text };
      }, ttl);
    if (!await put(this.#place, text, ttl) || this.#window === 0) return;
    // What is fresh for ever is never stale.
    const time = ttl === Infinity || ttl === 0 ? 0 : ttl + this.#window;
    await put(this.#stalePlace, this.#copyOf(text), time);
  }

  /** Takes the nonce of a load away that stores nothing. */
  async unmark(spot: Spot, nonce: string): Promise<void> {
    const change = (entry: Entry) => ({ ...entry, nonce: "" });
    await replaceNonce(spot, this.#place, nonce, change);
    if (this.#window === 0) return;
    await replaceNonce(spot, this.#stalePlace, nonce, change);
  }

  #copyOf(text: string): string {
    return `${this.#window}:${text}`;
  }
}

/** Puts a nonce into an entry, whose value stays where `isKept`; returns what was there. */
async function putNonce(
  spot: Spot,
  place: string,
  nonce: string,
  isKept: (entry: Entry) => boolean,
): Promise<Entry> {
  const { storage, key } = spot;
  let there = NONE;
  let ttl: number | undefined;
  try {
    await updateFor(storage, place + key, (stored) => {
      there = readEntry(stored);
      const kept = isKept(there) ? there : undefined;
      ttl = kept === undefined ? MARK_TTL : undefined;
      return writeEntry({ ...kept ?? NONE, nonce });
    }, () => ttl);
  } catch (error) {
    if (error instanceof NotTextError) {
      await storage.del(place + key);
      return await putNonce(spot, place, nonce, isKept);
    }
    if (error !== NOT_OURS) throw error;
  }
  return there;
}

/** Changes an entry that has a nonce; returns whether it has. */
async function replaceNonce(
  { storage, key }: Spot,
  place: string,
  nonce: string,
  change: (entry: Entry) => Entry,
  ttl?: number,
): Promise<boolean> {
  try {
    await updateFor(storage, place + key, (stored) => {
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
