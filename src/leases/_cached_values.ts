/**
 * The values of a cache in a backend: each under its key, and, if stale values are used, a copy
 * under a second key, whose remaining TTL gives the age. A load writes its nonce to both keys
 * before it begins, and stores a value only if the nonce is still there, so `set` and `delete`
 * override it.
 */

import type { Reply } from "../backend/storage_backend.ts";
import { NotTextError } from "../backend/update.ts";
import { quoteNumber, refuse } from "../base/_checks.ts";
import { HOUR } from "../base/_options.ts";
import { CollectionValueError } from "../collection/errors.ts";
import type { Values } from "../collection/_values.ts";
import type { CacheStorage } from "./_cache_options.ts";
import { changeKey } from "./_change.ts";
import { type Entry, NONE, readEntry, readText, writeEntry } from "./_entry.ts";
import { placeOf } from "./_places.ts";

/** The TTL of a nonce under a key without a value, in ms. */
const MARK_TTL = 24 * HOUR;
/** A hundred years in ms: in practice for ever, and every backend accepts it. */
const LONGEST = 100 * 365.25 * 24 * HOUR;

/** The storage and the key of a value. */
export interface Spot {
  readonly storage: CacheStorage;
  readonly key: string;
}

/** A value, encoded, with its TTL. */
export interface Prepared<T> {
  readonly value: T;
  readonly text: string;
  /** In whole ms; 0: the value is not stored. */
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
   * @param prefix The prefix of the keys.
   * @param values Encodes and decodes the values.
   * @param ttl How long a value is fresh, in ms.
   * @param window How long the copy is kept after that, in ms; 0: there is no copy.
   */
  constructor(
    prefix: string,
    values: Values<T>,
    ttl: number | ((value: T) => number),
    window: number,
  ) {
    this.#place = placeOf(prefix, "cache");
    this.#stalePlace = placeOf(prefix, "cache-stale");
    this.#values = values;
    this.#ttl = ttl;
    this.#window = Math.ceil(Math.min(window, LONGEST));
  }

  /** The stored text of an entry. */
  read(storage: CacheStorage, key: string): Reply<string | null> {
    return storage.get(this.#place + key);
  }

  /** Decodes a value; `undefined` if it cannot be decoded. */
  decode(key: string, text: string | undefined): T | undefined {
    if (text === undefined) return undefined;
    try {
      return this.#values.decode("get the value", key, text);
    } catch (error) {
      if (error instanceof CollectionValueError) return undefined;
      throw error;
    }
  }

  /** Encodes a value and computes its TTL. */
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

  /** The copy of a value that expired at most `maxAge` ms ago. */
  async readStale(
    { storage, key }: Spot,
    maxAge = Infinity,
  ): Promise<T | undefined> {
    if (this.#window === 0) return undefined;
    const place = this.#stalePlace + key;
    // In this order, a value that is stored in between only appears older than it is.
    const left = Number(await storage.pttl(place));
    if (left < 0) return undefined;
    const text = readText(await storage.get(place)) ?? "";
    const end = text.indexOf(":");
    if (end < 0) return undefined;
    const age = Number(text.slice(0, end)) - left;
    return age <= maxAge ? this.decode(key, text.slice(end + 1)) : undefined;
  }

  /** Stores a value unconditionally. */
  async set({ storage, key }: Spot, prepared: Prepared<T>): Promise<void> {
    const id = crypto.randomUUID();
    for (const [place, text, ttl] of this.#partsOf(key, prepared)) {
      const stored = `${id}::${text}`;
      if (ttl === 0) await storage.del(place);
      else if (ttl === Infinity) await storage.set(place, stored);
      else await storage.set(place, stored, "PX", ttl);
    }
  }

  /** Removes a value and its copy; returns whether it was fresh. */
  async remove({ storage, key }: Spot): Promise<boolean> {
    const stored = await storage.getdel(this.#place + key);
    await storage.del(this.#stalePlace + key);
    return this.decode(key, readText(stored)) !== undefined;
  }

  /**
   * Writes the nonce of a load to the keys, unless there is a value with another id than
   * `replaces`.
   *
   * @returns Whether the nonce was written, and the stored value.
   */
  async mark(
    { storage, key }: Spot,
    nonce: string,
    replaces: string,
  ): Promise<{ isMarked: boolean; value: T | undefined }> {
    if (this.#window > 0) {
      await putNonce(storage, this.#stalePlace + key, nonce, (entry) => entry);
    }
    let value: T | undefined;
    const place = this.#place + key;
    const isMarked = await putNonce(storage, place, nonce, (entry) => {
      value = this.decode(key, entry.text);
      if (value === undefined) return NONE;
      return entry.id === replaces ? entry : undefined;
    });
    return { isMarked, value };
  }

  /** Stores a loaded value if the nonce of its load is still there and the lease is held. */
  async store(
    { storage, key }: Spot,
    nonce: string,
    prepared: Prepared<T>,
    isHeld: () => boolean,
  ): Promise<void> {
    for (const [place, text, ttl] of this.#partsOf(key, prepared)) {
      const entry = ttl === 0 ? NONE : { id: nonce, nonce: "", text };
      const change = () => isHeld() ? entry : undefined;
      if (!await replaceNonce(storage, place, nonce, change, ttl)) return;
    }
  }

  /** Removes the nonce of a load that stored nothing. */
  async unmark({ storage, key }: Spot, nonce: string): Promise<void> {
    const change = (entry: Entry) => ({ ...entry, nonce: "" });
    await replaceNonce(storage, this.#place + key, nonce, change);
    if (this.#window === 0) return;
    await replaceNonce(storage, this.#stalePlace + key, nonce, change);
  }

  /** The key, the text and the TTL in ms of a value, then those of its copy. */
  *#partsOf(
    key: string,
    { text, ttl }: Prepared<T>,
  ): Generator<[place: string, text: string, ttl: number]> {
    yield [this.#place + key, text, ttl];
    if (this.#window === 0) return;
    // A value that is fresh for ever is never stale.
    const hasCopy = ttl > 0 && ttl < Infinity;
    const time = hasCopy ? Math.min(ttl, LONGEST) + this.#window : 0;
    yield [this.#stalePlace + key, `${this.#window}:${text}`, time];
  }
}

/**
 * Writes a nonce to an entry.
 *
 * @param kept Returns the entry to write with the nonce; `undefined` leaves the stored entry as it
 * is.
 * @returns Whether the nonce was written.
 */
async function putNonce(
  storage: CacheStorage,
  place: string,
  nonce: string,
  kept: (entry: Entry) => Entry | undefined,
): Promise<boolean> {
  let ttl: number | undefined;
  try {
    return await changeKey(storage, place, (stored) => {
      const entry = kept(readEntry(stored));
      if (entry === undefined) return undefined;
      ttl = entry.text === undefined ? MARK_TTL : undefined;
      return writeEntry({ ...entry, nonce });
    }, () => ttl);
  } catch (error) {
    if (!(error instanceof NotTextError)) throw error;
    await storage.del(place);
    return await putNonce(storage, place, nonce, kept);
  }
}

/** Changes an entry if it has this nonce; returns whether it was changed. */
function replaceNonce(
  storage: CacheStorage,
  place: string,
  nonce: string,
  change: (entry: Entry) => Entry | undefined,
  ttl?: number,
): Promise<boolean> {
  return changeKey(storage, place, (stored) => {
    const entry = readEntry(stored);
    // After a lost reply a client may have sent it twice.
    if (entry.id === nonce) return stored;
    const next = entry.nonce === nonce ? change(entry) : undefined;
    return next && writeEntry(next);
  }, () => ttl);
}
