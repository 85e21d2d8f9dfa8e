/**
 * The entries of a store with everything that finds them: by key, by deadline
 * and, in a bounded store, by the order of eviction. One change here is a change
 * in all of them, so that they always agree; during a step each can be undone.
 *
 * Nothing here reads a clock or decides who dies: that is `LiveMap`'s.
 */

import type { Bounds } from "./_bounds.ts";
import { DeadlineIndex } from "./_deadline_index.ts";
import {
  type Chunk,
  CHUNK_BITS,
  EntryTable,
  NONE,
  PLACE,
} from "./_entry_table.ts";
import { type EvictionOrder, makeEvictionOrder } from "./_eviction.ts";
import { KeyMap } from "./_key_map.ts";
import { UndoLog } from "./_undo_log.ts";

/** What {@linkcode Entries} are made of. */
export interface EntriesOptions<K, V> {
  /** The ttl, in ms, of entries that are given none of their own. */
  ttl: number;
  /** Whether entries have a moment that no touch goes beyond. */
  limited: boolean;
  bounds: Bounds<K, V> | undefined;
}

/** When an entry dies, and what a touch does about it. */
export interface Lifetime {
  /** The ttl that a touch starts again, in ms; `Infinity`: none. */
  ttl: number;
  /** In ms since the epoch; `Infinity`: never. */
  deadline: number;
  /** The moment that no touch goes beyond, in ms since the epoch. */
  limit: number;
}

/** Entries by key, by deadline and by the order of eviction. */
export class Entries<K, V> {
  keys: KeyMap<K> = new KeyMap();
  chunks!: Chunk<K, V>[];
  index!: DeadlineIndex<K, V>;
  order: EvictionOrder | undefined;
  size = 0;
  /** How many entries have a deadline. */
  mortal = 0;
  readonly #ttl: number;
  readonly #limited: boolean;
  readonly #bounds: Bounds<K, V> | undefined;
  #table!: EntryTable<K, V>;
  /** The log of the step that is under way. */
  #log: UndoLog<K> | undefined;
  #idleLog: UndoLog<K> | undefined;

  constructor(options: EntriesOptions<K, V>) {
    this.#ttl = options.ttl;
    this.#limited = options.limited;
    this.#bounds = options.bounds;
    this.#reset();
  }

  #reset(): void {
    const bounds = this.#bounds;
    this.#table = new EntryTable<K, V>({
      limits: this.#limited,
      recency: bounds?.eviction === "lru",
      ranks: bounds?.eviction === "soonest" ||
        bounds?.eviction === "volatile",
      weights: bounds?.weighs === true,
    });
    this.chunks = this.#table.chunks;
    this.index = new DeadlineIndex(this.#table);
    this.order = bounds && makeEvictionOrder(
      bounds.eviction,
      this.chunks as Chunk<unknown, unknown>[],
    );
    this.size = this.mortal = 0;
    bounds?.reset();
  }

  // Reading

  valueAt(slot: number): V {
    return this.chunks[slot >>> CHUNK_BITS].pairs[2 * (slot & PLACE) + 1] as V;
  }

  keyAt(slot: number): K {
    return this.chunks[slot >>> CHUNK_BITS].pairs[2 * (slot & PLACE)] as K;
  }

  deadlineAt(slot: number): number {
    return this.chunks[slot >>> CHUNK_BITS].deadlines[slot & PLACE];
  }

  /** The ttl that a touch starts again. */
  ttlAt(slot: number): number {
    const { ttls } = this.chunks[slot >>> CHUNK_BITS];
    return ttls === undefined ? this.#ttl : ttls[slot & PLACE];
  }

  /** The moment that no touch goes beyond. */
  limitAt(slot: number): number {
    const { limits } = this.chunks[slot >>> CHUNK_BITS];
    return limits === undefined ? Infinity : limits[slot & PLACE];
  }

  weightAt(slot: number): number {
    const { weights } = this.chunks[slot >>> CHUNK_BITS];
    return weights === undefined ? 0 : weights[slot & PLACE];
  }

  /** See {@linkcode EntryTable.scan}. */
  scan(
    cursor: number,
    count: number,
    now: number,
  ): [cursor: number, keys: K[]] {
    return this.#table.scan(cursor, count, now);
  }

  /** See {@linkcode EntryTable.randomKey}. */
  randomKey(now: number): K {
    return this.#table.randomKey(now);
  }

  // Writing

  /** Adds an entry under a key that is absent. Throws where the runtime's `Map` is full. */
  insert(
    key: K,
    value: V,
    weight: number,
    ttl: number,
    deadline: number,
    limit: number,
    now: number,
  ): void {
    const slot = this.#table.allocate();
    try {
      if (this.#log === undefined) this.keys.add(key, slot);
      else this.#addKey(this.#log, key, slot);
    } catch (error) {
      this.#release(slot);
      throw error;
    }
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    chunk.pairs[2 * place] = key;
    chunk.pairs[2 * place + 1] = value;
    chunk.deadlines[place] = deadline;
    if (chunk.limits !== undefined) chunk.limits[place] = limit;
    this.#writeTtl(chunk, place, ttl);
    this.size++;
    if (deadline !== Infinity) {
      this.mortal++;
      this.index.file(slot, deadline, now);
    }
    if (chunk.weights !== undefined) {
      chunk.weights[place] = weight;
      this.#bounds!.add(weight, deadline);
    }
    if (this.order !== undefined) this.order.add(slot);
  }

  #addKey(log: UndoLog<K>, key: K, slot: number): void {
    const parked = log.parked.has(key);
    if (parked) this.keys.unpark(key, slot);
    else this.keys.add(key, slot);
    log.added.push(key);
    log.written.add(slot);
    log.add(() => {
      log.added.pop();
      this.order?.remove(slot);
      this.#uncount(slot);
      if (parked) this.keys.park(key);
      else this.keys.unadd(key);
      this.#release(slot);
    });
  }

  /** Puts a value, which weighs so much, in place of another. */
  replace(slot: number, value: V, weight: number): void {
    if (this.#log !== undefined) {
      this.#remember(this.#log, slot);
      this.#log.written.add(slot);
    }
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    chunk.pairs[2 * place + 1] = value;
    const weights = chunk.weights;
    if (weights !== undefined && weights[place] !== weight) {
      const deadline = chunk.deadlines[place];
      this.#bounds!.add(-weights[place], deadline);
      this.#bounds!.add(weight, deadline);
      weights[place] = weight;
    }
  }

  /** Gives an entry another deadline. */
  schedule(slot: number, deadline: number, now: number): void {
    if (this.#log !== undefined) this.#remember(this.#log, slot);
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const before = chunk.deadlines[place];
    chunk.deadlines[place] = deadline;
    if (deadline === Infinity) {
      if (before !== Infinity) {
        this.index.unfile(slot);
        this.#moveMortality(slot, before, deadline);
      }
    } else if (deadline < before) {
      if (before === Infinity) this.#moveMortality(slot, before, deadline);
      this.index.file(slot, deadline, now);
    }
    if (this.order !== undefined) this.order.move(slot);
  }

  #moveMortality(slot: number, before: number, deadline: number): void {
    this.mortal += deadline === Infinity ? -1 : 1;
    const { weights } = this.chunks[slot >>> CHUNK_BITS];
    if (weights === undefined) return;
    this.#bounds!.add(-weights[slot & PLACE], before);
    this.#bounds!.add(weights[slot & PLACE], deadline);
  }

  /** Gives an entry another ttl, for touches to start again. */
  giveTtl(slot: number, ttl: number): void {
    if (this.#log !== undefined) this.#remember(this.#log, slot);
    this.#writeTtl(this.chunks[slot >>> CHUNK_BITS], slot & PLACE, ttl);
  }

  // The column is there only where an entry has a ttl other than the store's.
  #writeTtl(chunk: Chunk<K, V>, place: number, ttl: number): void {
    if (chunk.ttls !== undefined) {
      chunk.ttls[place] = ttl;
    } else if (ttl !== this.#ttl) {
      chunk.ttls = new Float64Array(chunk.capacity).fill(this.#ttl);
      chunk.ttls[place] = ttl;
    }
  }

  /** Gives an entry another moment that no touch goes beyond. */
  giveLimit(slot: number, limit: number): void {
    if (this.#log !== undefined) this.#remember(this.#log, slot);
    const { limits } = this.chunks[slot >>> CHUNK_BITS];
    if (limits !== undefined) limits[slot & PLACE] = limit;
  }

  /** Counts a use of an entry for the order of eviction. */
  use(slot: number): void {
    if (this.order === undefined) return;
    if (this.#log !== undefined) this.#remember(this.#log, slot);
    this.order.use(slot);
  }

  // Removing

  /** Takes an entry out of everything that knows it; `oneOfMany`: in a sweep. */
  take(slot: number, oneOfMany = false): void {
    if (this.#log !== undefined) return this.#park(this.#log, slot);
    const key = this.keyAt(slot);
    if (oneOfMany) this.keys.sweep(key);
    else this.keys.remove(key);
    if (this.order !== undefined) this.order.remove(slot);
    this.#uncount(slot);
    this.#release(slot);
  }

  #uncount(slot: number): void {
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const deadline = chunk.deadlines[place];
    this.size--;
    if (deadline !== Infinity) this.mortal--;
    if (chunk.weights !== undefined) {
      this.#bounds!.add(-chunk.weights[place], deadline);
    }
  }

  #release(slot: number): void {
    const emptied = this.#table.release(slot);
    if (emptied === NONE) return;
    const first = emptied << CHUNK_BITS;
    const { used } = this.chunks[emptied];
    for (let place = 0; place < used; place++) {
      this.index.unfile(first + place);
    }
    this.#table.drop(emptied);
  }

  /** Removes all entries at once. */
  clear(): void {
    if (this.#log === undefined) this.keys.clear();
    else this.#setAside(this.#log);
    this.#reset();
  }

  #setAside(log: UndoLog<K>): void {
    const { keys, chunks, index, order, size, mortal } = this;
    const table = this.#table;
    const weights = this.#bounds?.sums;
    this.keys = new KeyMap();
    log.forgetEntries();
    log.add(() => {
      Object.assign(this, { keys, chunks, index, order, size, mortal });
      this.#table = table;
      if (weights !== undefined) this.#bounds!.sums = weights;
    });
  }

  // Steps

  /** Begins a step: from now on every change can be undone. */
  begin(): void {
    this.#log = this.#idleLog ??= new UndoLog();
  }

  /** The log of the step that is under way. */
  get log(): UndoLog<K> | undefined {
    return this.#log;
  }

  /** Ends the step. */
  commit(): void {
    const log = this.#log!;
    this.#log = undefined;
    this.order?.settle();
    if (log.taken.length > 0) this.#bury(log);
    log.clear();
  }

  /** Removes for good what the step took. */
  #bury(log: UndoLog<K>): void {
    const { keys } = this;
    for (const slot of log.taken) this.#release(slot);
    let added = false;
    for (const key of log.parked) {
      if (keys.map.get(key) === undefined) keys.remove(key);
      else added = true;
    }
    // A key that was added again is still where it was before: behind it, what came after it.
    if (!added) return;
    for (const key of log.added) {
      const slot = keys.map.get(key);
      if (slot !== undefined) keys.renew(key, slot);
    }
  }

  /** Ends the step and undoes all that it did. */
  rollBack(): void {
    const log = this.#log!;
    this.#log = undefined;
    this.order?.settle();
    log.rollBack(0);
    log.clear();
  }

  /** Hides an entry as if it were taken, until the step ends. */
  #park(log: UndoLog<K>, slot: number): void {
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const key = this.keyAt(slot);
    const deadline = chunk.deadlines[place];
    const position = this.order?.position(slot) ?? NONE;
    const first = !log.parked.has(key);
    log.add(() => {
      log.taken.pop();
      if (first) log.parked.delete(key);
      chunk.deadlines[place] = deadline;
      this.size++;
      if (deadline !== Infinity) {
        this.mortal++;
        this.index.file(slot, deadline, deadline);
      }
      if (chunk.weights !== undefined) {
        this.#bounds!.add(chunk.weights[place], deadline);
      }
      this.keys.unpark(key, slot);
      this.order?.putBack(slot, position);
    });
    this.keys.park(key);
    this.order?.remove(slot);
    this.#uncount(slot);
    // As in a free slot: nobody comes upon it.
    chunk.deadlines[place] = NaN;
    log.parked.add(key);
    log.taken.push(slot);
  }

  /** Notes how an entry is before something of it changes. */
  #remember(log: UndoLog<K>, slot: number): void {
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const value = chunk.pairs[2 * place + 1];
    const deadline = chunk.deadlines[place];
    const ttl = this.ttlAt(slot);
    const limit = this.limitAt(slot);
    const weight = this.weightAt(slot);
    const position = this.order?.position(slot) ?? NONE;
    log.add(() => {
      this.#uncount(slot);
      chunk.pairs[2 * place + 1] = value;
      chunk.deadlines[place] = deadline;
      if (chunk.ttls !== undefined) chunk.ttls[place] = ttl;
      if (chunk.limits !== undefined) chunk.limits[place] = limit;
      this.size++;
      if (deadline !== Infinity) {
        this.mortal++;
        this.index.file(slot, deadline, deadline);
      }
      if (chunk.weights !== undefined) {
        chunk.weights[place] = weight;
        this.#bounds!.add(weight, deadline);
      }
      this.order?.remove(slot);
      this.order?.putBack(slot, position);
    });
  }
}
