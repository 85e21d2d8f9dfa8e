/**
 * The store itself, without the manners: entries that die, found by key, by
 * deadline and, in a bounded store, by the order of eviction. Its arguments have
 * been checked.
 */

import { quote } from "../_checks.ts";
import { DeadlineIndex, NOT_DUE } from "./_deadline_index.ts";
import {
  type Chunk,
  CHUNK_BITS,
  EntryTable,
  NONE,
  PLACE,
} from "./_entry_table.ts";
import type { Bounds } from "./_bounds.ts";
import { type EvictionOrder, makeEvictionOrder } from "./_eviction.ts";
import { KeyMap } from "./_key_map.ts";
import { type OnRemove, RemovalQueue } from "./_removal_queue.ts";
import { Sweeper } from "../_sweeper.ts";
import { StoreFullError } from "../errors.ts";
import type { RemoveReason } from "./store_options.ts";

/** How long, in ms, a slice of a sweep may take before the event loop gets its turn. */
const SLICE_BUDGET = 3;
/** How many slots a slice looks at between two looks at the time. */
const STRIDE = 32;

/** What an engine is made of. */
export interface EngineOptions<K, V> {
  ttl: number;
  sliding: boolean;
  maxAge: number;
  sweepInterval: number;
  now: (() => number) | undefined;
  onRemove: OnRemove<K, V> | undefined;
  onError: ((error: unknown) => unknown) | undefined;
  /** Called after a sweep, or a slice of one, that removed something: how many entries. */
  onSweep: ((count: number) => void) | undefined;
  bounds: Bounds<K, V> | undefined;
}

/** A map whose entries die. Times are in ms, deadlines in ms since the epoch, `Infinity` is never. */
export class Engine<K, V> {
  hits = 0;
  misses = 0;
  expired = 0;
  evicted = 0;
  readonly #ttl: number;
  readonly #sliding: boolean;
  readonly #maxAge: number;
  readonly #now: (() => number) | undefined;
  readonly #onSweep: ((count: number) => void) | undefined;
  readonly #bounds: Bounds<K, V> | undefined;
  readonly #removals: RemovalQueue<K, V> | undefined;
  readonly #sweeper: Sweeper;
  readonly #keys = new KeyMap<K>();
  #table!: EntryTable<K, V>;
  #chunks!: Chunk<K, V>[];
  #index!: DeadlineIndex<K, V>;
  #order: EvictionOrder | undefined;
  #size = 0;
  /** How many entries have a deadline. */
  #mortal = 0;

  constructor(options: EngineOptions<K, V>) {
    this.#ttl = options.ttl;
    this.#sliding = options.sliding;
    this.#maxAge = options.maxAge;
    this.#now = options.now;
    this.#onSweep = options.onSweep;
    this.#bounds = options.bounds;
    this.#removals = options.onRemove &&
      new RemovalQueue(options.onRemove, options.onError);
    this.#sweeper = new Sweeper(
      options.sweepInterval,
      () => this.#sweepSlice(),
    );
    this.#reset();
  }

  #reset(): void {
    const bounds = this.#bounds;
    this.#table = new EntryTable<K, V>({
      limits: this.#maxAge < Infinity,
      recency: bounds?.eviction === "lru",
      ranks: bounds?.eviction === "soonest" ||
        bounds?.eviction === "volatile",
      weights: bounds?.weighs === true,
    });
    this.#chunks = this.#table.chunks;
    this.#index = new DeadlineIndex(this.#table);
    this.#order = bounds && makeEvictionOrder(
      bounds.eviction,
      this.#chunks as Chunk<unknown, unknown>[],
    );
    this.#size = this.#mortal = 0;
    bounds?.reset();
  }

  /** The clock, found anew at each call: fake time may have come or gone since the last. */
  now(): number {
    return this.#now === undefined ? Date.now() : this.#now();
  }

  // Reading

  get(key: K): V | undefined {
    const slot = this.#keys.map.get(key);
    if (slot === undefined) {
      this.misses++;
      return undefined;
    }
    const chunk = this.#chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const deadline = chunk.deadlines[place];
    if (deadline !== Infinity) {
      const now = this.now();
      if (deadline <= now) {
        this.misses++;
        this.#expire(slot);
        return undefined;
      }
      if (this.#sliding) this.#restart(slot, now);
    }
    this.hits++;
    if (this.#order !== undefined) this.#order.use(slot);
    return chunk.pairs[2 * place + 1] as V;
  }

  #valueAt(slot: number): V {
    return this.#chunks[slot >>> CHUNK_BITS]
      .pairs[2 * (slot & PLACE) + 1] as V;
  }

  /** The slot of a live entry; `NONE` where there is none, or one that is due, which is removed. */
  #find(key: K, now?: number): number {
    const slot = this.#keys.map.get(key);
    if (slot === undefined) return NONE;
    const deadline = this.#chunks[slot >>> CHUNK_BITS].deadlines[slot & PLACE];
    if (deadline !== Infinity && deadline <= (now ?? this.now())) {
      this.#expire(slot);
      return NONE;
    }
    return slot;
  }

  has(key: K): boolean {
    return this.#find(key) !== NONE;
  }

  /** The value, without a trace of the reading. */
  peek(key: K): V | undefined {
    const slot = this.#find(key);
    if (slot === NONE) return undefined;
    return this.#valueAt(slot);
  }

  /** The deadline of an entry that lives at `now`. */
  deadline(key: K, now?: number): number | undefined {
    const slot = this.#find(key, now);
    if (slot === NONE) return undefined;
    return this.#chunks[slot >>> CHUNK_BITS].deadlines[slot & PLACE];
  }

  /** How many entries live. */
  get size(): number {
    if (this.#index.earliest !== Infinity) this.sweep();
    return this.#size;
  }

  /** Walks over the live entries in the order of their keys, picking what is wanted of each. */
  *walk<T>(pick: (key: K, value: V) => T): Generator<T, undefined, undefined> {
    let map = this.#keys.map;
    let walked: Map<K, number | undefined> | undefined;
    for (;;) {
      for (const [key, kept] of map) {
        if (kept === undefined || walked?.get(key) !== undefined) continue;
        const slot = this.#find(key);
        if (slot === NONE) continue;
        yield pick(key, this.#valueAt(slot));
      }
      // A sweep may have put a smaller map in its place: go on with what was added since.
      if (map === this.#keys.map) return;
      walked = map;
      map = this.#keys.map;
    }
  }

  /** Looks at `count` slots from `cursor` on; the next cursor is 0 at the end. */
  scan(cursor: number, count: number): [cursor: number, keys: K[]] {
    return this.#table.scan(cursor, count, this.now());
  }

  /** Any live key; `undefined` in an empty store. */
  randomKey(): K | undefined {
    return this.size === 0 ? undefined : this.#table.randomKey(this.now());
  }

  // Writing

  /** Stores a value for `ttl` ms. */
  set(key: K, value: V, ttl: number = this.#ttl): void {
    const weight = this.#weigh(value, key);
    this.#setFor(key, value, weight, ttl);
  }

  #setFor(key: K, value: V, weight: number, ttl: number): void {
    if (ttl === Infinity && this.#maxAge === Infinity) {
      this.#store(key, value, weight, ttl, Infinity, Infinity, NaN);
      return;
    }
    const now = this.#checkedNow();
    const limit = now + this.#maxAge;
    const deadline = Math.min(now + ttl, limit);
    this.#store(key, value, weight, ttl, deadline, limit, now);
  }

  /** Stores a value until `deadline`; when that is past, stores nothing and removes what was there. */
  setUntil(
    key: K,
    value: V,
    deadline: number,
    given?: number,
  ): void {
    const weight = this.#weigh(value, key);
    const now = this.#checkedNow("set", given);
    if (deadline <= now) {
      this.delete(key);
      return;
    }
    const limit = now + this.#maxAge;
    this.#store(
      key,
      value,
      weight,
      Infinity,
      Math.min(deadline, limit),
      limit,
      now,
    );
  }

  /** Stores a value in place of another and leaves the ttl and the deadline as they are. */
  setKeepingTtl(key: K, value: V): void {
    const weight = this.#weigh(value, key);
    const now = this.#checkedNow();
    const slot = this.#keys.map.get(key);
    if (
      slot === undefined ||
      this.#chunks[slot >>> CHUNK_BITS].deadlines[slot & PLACE] <= now
    ) {
      return this.#setFor(key, value, weight, this.#ttl);
    }
    this.#replaceValue(slot, key, value, weight, now);
    this.#removals?.flush();
  }

  /** The clock, or what a caller has just read from it, for what is about to be written. */
  #checkedNow(action = "set", now: number = this.now()): number {
    if (now === now && typeof now === "number") return now;
    throw new RangeError(
      `Cannot ${action} the entry: "now" must return a number of milliseconds: received ${
        quote(now)
      }`,
    );
  }

  #store(
    key: K,
    value: V,
    weight: number,
    ttl: number,
    deadline: number,
    limit: number,
    now: number,
  ): void {
    let slot = this.#keys.map.get(key);
    if (slot !== undefined) {
      const old = this.#chunks[slot >>> CHUNK_BITS].deadlines[slot & PLACE];
      if (now !== now && old !== Infinity) now = this.now();
      if (old <= now) {
        this.#take(slot, "expired");
        slot = undefined;
      } else {
        this.#replaceValue(slot, key, value, weight, now);
        const chunk = this.#chunks[slot >>> CHUNK_BITS];
        const place = slot & PLACE;
        if (chunk.limits !== undefined) chunk.limits[place] = limit;
        this.#keepTtl(chunk, place, ttl);
        this.#reschedule(slot, deadline, now);
      }
    }
    if (slot === undefined) {
      this.#insert(key, value, weight, ttl, deadline, limit, now);
    }
    if (this.#removals !== undefined) this.#removals.flush();
  }

  #insert(
    key: K,
    value: V,
    weight: number,
    ttl: number,
    deadline: number,
    limit: number,
    now: number,
  ): void {
    if (this.#bounds !== undefined) this.#makeRoom(1, weight, now);
    const slot = this.#table.allocate();
    try {
      this.#keys.add(key, slot);
    } catch {
      this.#release(slot);
      this.#removals?.flush();
      throw new StoreFullError(
        `Cannot set the entry: the runtime's Map holds no more than ${this.#size} keys`,
      );
    }
    const chunk = this.#chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    chunk.pairs[2 * place] = key;
    chunk.pairs[2 * place + 1] = value;
    chunk.deadlines[place] = deadline;
    if (chunk.limits !== undefined) chunk.limits[place] = limit;
    this.#keepTtl(chunk, place, ttl);
    this.#size++;
    if (deadline !== Infinity) {
      this.#mortal++;
      this.#index.file(slot, deadline, now);
      this.#sweeper.wakeFor(this.#index.earliest, now);
    }
    if (chunk.weights !== undefined) {
      chunk.weights[place] = weight;
      this.#bounds!.add(weight);
    }
    if (this.#order !== undefined) this.#order.add(slot);
  }

  /** Puts a value in place of one that lives at `now`. */
  #replaceValue(
    slot: number,
    key: K,
    value: V,
    weight: number,
    now: number,
  ): void {
    const chunk = this.#chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    if (this.#bounds !== undefined) this.#reweigh(slot, weight, now);
    const before = chunk.pairs[2 * place + 1] as V;
    chunk.pairs[2 * place + 1] = value;
    if (this.#removals !== undefined) {
      this.#removals.push(before, key, "replaced");
    }
  }

  /** Keeps the ttl that a touch is to start again, if it is not the store's own. */
  #keepTtl(chunk: Chunk<K, V>, place: number, ttl: number): void {
    if (chunk.ttls !== undefined) {
      chunk.ttls[place] = ttl;
    } else if (ttl !== this.#ttl) {
      chunk.ttls = new Float64Array(chunk.capacity).fill(this.#ttl);
      chunk.ttls[place] = ttl;
    }
  }

  #reschedule(slot: number, deadline: number, now: number): void {
    const chunk = this.#chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const old = chunk.deadlines[place];
    chunk.deadlines[place] = deadline;
    if (deadline === Infinity) {
      if (old !== Infinity) {
        this.#index.unfile(slot);
        this.#lessMortal();
      }
    } else if (deadline < old) {
      if (old === Infinity) this.#mortal++;
      this.#index.file(slot, deadline, now);
      this.#sweeper.wakeFor(this.#index.earliest, now);
    }
    if (this.#order !== undefined) this.#order.move(slot);
  }

  /** Starts a live entry's ttl again: the one it has, or a new one. */
  touch(key: K, ttl?: number): boolean {
    const now = this.#checkedNow("touch");
    const slot = this.#find(key, now);
    if (slot === NONE) return false;
    if (ttl !== undefined) {
      this.#keepTtl(this.#chunks[slot >>> CHUNK_BITS], slot & PLACE, ttl);
    }
    this.#restart(slot, now, ttl);
    this.#order?.use(slot);
    return true;
  }

  #restart(slot: number, now: number, given?: number): void {
    const chunk = this.#chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const ttl = chunk.ttls === undefined ? this.#ttl : chunk.ttls[place];
    // Without a ttl there is nothing to start again: a deadline, if any, was set as such.
    if (ttl === Infinity && given === undefined) return;
    const limit = chunk.limits === undefined ? Infinity : chunk.limits[place];
    const deadline = Math.min(now + ttl, limit);
    // Not by a clock that answers `NaN`.
    if (deadline === deadline) this.#reschedule(slot, deadline, now);
  }

  /** Gives a live entry a deadline and no ttl; when that is past, removes the entry. */
  expireAt(key: K, deadline: number, now: number = this.now()): boolean {
    const slot = this.#find(key, now);
    if (slot === NONE) return false;
    if (deadline <= now) return this.delete(key);
    this.#keepTtl(
      this.#chunks[slot >>> CHUNK_BITS],
      slot & PLACE,
      Infinity,
    );
    this.#reschedule(slot, deadline, now);
    return true;
  }

  // Removing

  delete(key: K): boolean {
    const slot = this.#keys.map.get(key);
    if (slot === undefined) return false;
    const deadline = this.#chunks[slot >>> CHUNK_BITS].deadlines[slot & PLACE];
    const live = deadline === Infinity || deadline > this.now();
    this.#take(slot, live ? "deleted" : "expired");
    if (this.#removals !== undefined) this.#removals.flush();
    return live;
  }

  #expire(slot: number): void {
    this.#take(slot, "expired");
    this.#removals?.flush();
  }

  /** Takes an entry out of everything that knows it, and queues the news. */
  #take(slot: number, reason: RemoveReason, oneOfMany = false): void {
    const chunk = this.#chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const key = chunk.pairs[2 * place] as K;
    if (this.#removals !== undefined) {
      this.#removals.push(this.#valueAt(slot), key, reason);
    }
    if (reason === "expired") this.expired++;
    else if (reason === "evicted") this.evicted++;
    if (oneOfMany) this.#keys.sweep(key);
    else this.#keys.remove(key);
    if (this.#order !== undefined) this.#order.remove(slot);
    if (chunk.weights !== undefined) {
      this.#bounds!.add(-chunk.weights[place]);
    }
    this.#size--;
    if (chunk.deadlines[place] !== Infinity) this.#lessMortal();
    this.#release(slot);
  }

  #release(slot: number): void {
    const emptied = this.#table.release(slot);
    if (emptied === NONE) return;
    const first = emptied << CHUNK_BITS;
    const { used } = this.#chunks[emptied];
    for (let place = 0; place < used; place++) {
      this.#index.unfile(first + place);
    }
    this.#table.drop(emptied);
  }

  #lessMortal(): void {
    if (--this.#mortal === 0 && !this.#keys.unsettled) this.#sweeper.rest();
  }

  clear(): void {
    this.#takeDue(this.now(), this.#size);
    if (this.#removals !== undefined) {
      for (const [key, slot] of this.#keys.map) {
        if (slot === undefined) continue;
        this.#removals.push(this.#valueAt(slot), key, "cleared");
      }
    }
    this.#keys.clear();
    this.#reset();
    this.#sweeper.rest();
    this.#removals?.flush();
  }

  // Sweeping

  /** Removes all that is due now; returns how many. */
  sweep(): number {
    const now = this.now();
    if (this.#index.earliest > now) return 0;
    // No more than there are: a callback may set what is due at once.
    const most = this.#size;
    const stride = this.#removals === undefined ? most : 1;
    let removed = 0;
    let taken: number;
    do {
      taken = this.#takeDue(now, Math.min(stride, most - removed));
      removed += taken;
      this.#removals?.flush();
    } while (taken > 0 && removed < most);
    while (this.#keys.settle(PLACE));
    if (this.#mortal === 0) this.#sweeper.rest();
    if (removed > 0) this.#onSweep?.(removed);
    return removed;
  }

  /** Takes up to `most` entries that are due. */
  #takeDue(now: number, most: number): number {
    let taken = 0;
    while (taken < most) {
      const slot = this.#index.inspect(now);
      if (slot === NONE) break;
      if (slot === NOT_DUE) continue;
      this.#take(slot, "expired", true);
      taken++;
    }
    return taken;
  }

  /** The sweeper's turn: removes what is due for as long as the budget lasts. */
  #sweepSlice(): void {
    const end = performance.now() + SLICE_BUDGET;
    const stride = this.#removals === undefined ? STRIDE : 1;
    let removed = 0;
    let now: number;
    let more = true;
    do {
      now = this.now();
      for (let i = 0; i < stride && more; i++) {
        const slot = this.#index.inspect(now);
        if (slot === NONE) more = false;
        if (slot < 0) continue;
        this.#take(slot, "expired", true);
        removed++;
      }
      this.#removals?.flush();
    } while (more && performance.now() < end);
    while (!more && this.#keys.settle(STRIDE)) {
      more = performance.now() >= end;
    }
    if (removed > 0) this.#onSweep?.(removed);
    if (more) this.#sweeper.wakeSoon(now);
    else if (this.#mortal > 0) this.#sweeper.wakeFor(this.#index.earliest, now);
  }

  /** Stops the sweeper: from now on entries are removed when they are come upon. */
  shutdown(): void {
    this.#sweeper.stop();
  }

  // Bounds

  #weigh(value: V, key: K): number {
    return this.#bounds === undefined ? 0 : this.#bounds.weigh(value, key);
  }

  /** Sees to it that so much more fits: what has expired goes first, then what the policy gives up. */
  #makeRoom(entries: number, weight: number, now: number): void {
    const bounds = this.#bounds!;
    if (bounds.fits(this.#size + entries, weight)) return;
    // `NaN`: what is stored never expires, and the clock was not needed so far.
    if (now !== now) now = this.now();
    while (this.#takeDue(now, 1) > 0) {
      if (bounds.fits(this.#size + entries, weight)) return;
    }
    // An `onRemove` that fills the room an eviction made would never come to an end.
    const order = this.#removals?.evicting ? undefined : this.#order;
    do {
      const victim = order === undefined ? NONE : order.victim();
      if (victim === NONE) {
        this.#removals?.flush();
        throw bounds.fullError(this.#size);
      }
      this.#take(victim, "evicted");
    } while (!bounds.fits(this.#size + entries, weight));
  }

  /** Gives a live entry a new weight and counts that as a use. */
  #reweigh(slot: number, weight: number, now: number): void {
    const { weights } = this.#chunks[slot >>> CHUNK_BITS];
    const order = this.#order;
    if (weights === undefined) return order?.use(slot);
    const bounds = this.#bounds!;
    const before = weights[slot & PLACE];
    // Out of the order meanwhile, lest it be evicted for itself; where nothing can be, it
    // has to stay in its place until it is sure that there is room.
    const stays = this.#removals?.evicting;
    if (!stays) order?.remove(slot);
    bounds.add(-before);
    try {
      if (weight > before) this.#makeRoom(0, weight, now);
      weights[slot & PLACE] = weight;
    } finally {
      bounds.add(weights[slot & PLACE]);
      if (!stays) order?.add(slot);
    }
    if (stays) order?.use(slot);
  }
}
