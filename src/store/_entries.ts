/**
 * The entries of a store with everything that finds them: by key, by deadline
 * and, in a bounded store, by the order of eviction. One change here is a change
 * in all of them, so that they always agree.
 *
 * Nothing here reads a clock or decides what to remove: `MapReads` and `MapWrites` do.
 */

import type { Bounds } from "./_bounds.ts";
import { DeadlineIndex } from "./_deadline_index.ts";
import {
  BLOCK_BITS,
  type Chunk,
  CHUNK_BITS,
  CHUNK_SIZE,
  EntryTable,
  NO_SLOT,
  PLACE,
} from "./_entry_table.ts";
import {
  type Chunks,
  type EvictionOrder,
  type EvictionOrderName,
  makeEvictionOrder,
  ORDER_COLUMNS,
} from "./_eviction.ts";
import { KeyMap } from "./_key_map.ts";

/** A table with more slots than this for each entry frees chunks. */
const SPARSE = 16;

/** The options of {@linkcode Entries}. */
export interface EntriesOptions<K, V> {
  /** The ttl, in ms, of entries that are given none of their own. */
  ttl: number;
  bounds: Bounds<K, V> | undefined;
}

/** An entry that is in use: in the table it has no deadline meanwhile. */
export interface Hold {
  /** The number of uses that have not ended. */
  count: number;
  /** The deadline that the entry has without them. */
  deadline: number;
}

/** Entries by key, by deadline and by the order of eviction. */
export class Entries<K, V> {
  keys: KeyMap<K> = new KeyMap();
  /** The map of `keys`. */
  map!: Map<K, number | undefined>;
  table!: EntryTable<K, V>;
  chunks!: Chunk<K, V>[];
  index!: DeadlineIndex<K, V>;
  order: EvictionOrder | undefined;
  /** The number of entries with a deadline. */
  mortal = 0;
  /** The number of entries without one. */
  immortal = 0;
  /** The entries in use, by key; absent while there is none. */
  holds: Map<K, Hold> | undefined;
  readonly #ttl: number;
  protected readonly bounds: Bounds<K, V> | undefined;

  constructor(options: EntriesOptions<K, V>) {
    this.#ttl = options.ttl;
    this.bounds = options.bounds;
    this.reset();
  }

  protected reset(): void {
    const bounds = this.bounds;
    const columns = ORDER_COLUMNS[bounds?.eviction ?? "reject"] ?? [];
    this.table = new EntryTable<K, V>(
      bounds?.weighs ? [...columns, "weights"] : columns,
    );
    this.map = this.keys.map;
    this.chunks = this.table.chunks;
    this.index = new DeadlineIndex(this.table);
    this.order = bounds && this.makeOrder(
      bounds.eviction,
      this.chunks as Chunks,
    );
    this.mortal = this.immortal = 0;
    this.holds = undefined;
    bounds?.reset();
  }

  protected makeOrder(
    name: EvictionOrderName,
    chunks: Chunks,
  ): EvictionOrder | undefined {
    return makeEvictionOrder(name, chunks);
  }

  get size(): number {
    return this.mortal + this.immortal;
  }

  valueAt(slot: number): V {
    return this.chunks[slot >>> CHUNK_BITS].pairs[2 * (slot & PLACE) + 1] as V;
  }

  keyAt(slot: number): K {
    return this.chunks[slot >>> CHUNK_BITS].pairs[2 * (slot & PLACE)] as K;
  }

  /** The deadline; `Infinity` while the entry is held. */
  deadlineAt(slot: number): number {
    return this.chunks[slot >>> CHUNK_BITS].deadlines[slot & PLACE];
  }

  /** The ttl that a touch starts again. */
  ttlAt(slot: number): number {
    const { ttls } = this.chunks[slot >>> CHUNK_BITS];
    return ttls === undefined ? this.#ttl : ttls[slot & PLACE];
  }

  /** The time up to which touches can extend the entry. */
  limitAt(slot: number): number {
    const { limits } = this.chunks[slot >>> CHUNK_BITS];
    return limits === undefined ? Infinity : limits[slot & PLACE];
  }

  weightAt(slot: number): number {
    const { weights } = this.chunks[slot >>> CHUNK_BITS];
    return weights === undefined ? 0 : weights[slot & PLACE];
  }

  holdAt(slot: number): Hold | undefined {
    return this.holds?.get(this.keyAt(slot));
  }

  /**
   * Adds an entry with a finite deadline under a key that is absent, where that is quickly done;
   * otherwise answers `false`.
   */
  append(key: K, value: V, ttl: number, deadline: number): boolean {
    const { table } = this;
    const chunk = table.filling;
    const place = chunk.used;
    if (place >= chunk.plainCapacity || this.keys.isSplit) return false;
    const { ttls } = chunk;
    if (ttls !== undefined) ttls[place] = ttl;
    else if (ttl !== this.#ttl) return false;
    const slot = table.fillingBase | place;
    this.map.set(key, slot);
    chunk.used = place + 1;
    const { pairs } = chunk;
    pairs[2 * place] = key;
    pairs[2 * place + 1] = value;
    chunk.deadlines[place] = deadline;
    this.mortal++;
    if (deadline < chunk.bounds[place >>> BLOCK_BITS]) {
      this.index.file(slot, deadline);
    }
    return true;
  }

  /** Adds an entry under a key that is absent; returns its slot. Throws where the runtime's `Map` is full. */
  insert(
    key: K,
    value: V,
    weight: number,
    ttl: number,
    deadline: number,
    limit: number,
  ): number {
    const slot = this.table.allocate();
    try {
      this.addKey(key, slot);
    } catch (error) {
      this.release(slot);
      throw error;
    }
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    chunk.pairs[2 * place] = key;
    chunk.pairs[2 * place + 1] = value;
    chunk.deadlines[place] = deadline;
    this.#writeLife(chunk, place, ttl, limit);
    if (chunk.weights !== undefined) chunk.weights[place] = weight;
    this.count(slot);
    if (this.order !== undefined) this.order.add(slot);
    return slot;
  }

  protected addKey(key: K, slot: number): void {
    this.keys.add(key, slot);
  }

  /** Replaces the value of an entry, and its weight. */
  replace(slot: number, value: V, weight: number): void {
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    chunk.pairs[2 * place + 1] = value;
    const weights = chunk.weights;
    if (weights !== undefined && weights[place] !== weight) {
      const deadline = chunk.deadlines[place];
      this.bounds!.add(-weights[place], deadline);
      this.bounds!.add(weight, deadline);
      weights[place] = weight;
    }
  }

  /** Gives an entry another deadline, a held one after its hold; returns whether it is sooner. */
  schedule(slot: number, deadline: number): boolean {
    const hold = this.holdAt(slot);
    if (hold !== undefined) {
      hold.deadline = deadline;
      return false;
    }
    const { deadlines } = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const before = deadlines[place];
    deadlines[place] = deadline;
    if (before !== Infinity) this.mortal--;
    else this.immortal--;
    if (deadline !== Infinity) this.mortal++;
    else this.immortal++;
    const sooner = deadline < before;
    if (sooner) this.index.file(slot, deadline);
    return sooner;
  }

  /** Gives an entry another ttl, for touches to start again, and another time that none goes beyond. */
  giveLife(slot: number, ttl: number, limit: number): void {
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    this.#writeLife(chunk, slot & PLACE, ttl, limit);
  }

  // A chunk has these columns once an entry has a value other than the default.
  #writeLife(
    chunk: Chunk<K, V>,
    place: number,
    ttl: number,
    limit: number,
  ): void {
    if (chunk.ttls === undefined && ttl !== this.#ttl) {
      chunk.makeColumn("ttls").fill(this.#ttl);
    }
    if (chunk.limits === undefined && limit !== Infinity) {
      chunk.makeColumn("limits").fill(Infinity);
      chunk.plainCapacity = 0;
    }
    if (chunk.ttls !== undefined) chunk.ttls[place] = ttl;
    if (chunk.limits !== undefined) chunk.limits[place] = limit;
  }

  /** Counts a use of an entry for the order of eviction. */
  use(slot: number): void {
    this.order?.use(slot);
  }

  /** Begins a use of an entry: until it ends the entry does not expire, nor is it evicted. */
  hold(slot: number): Hold {
    const holds = this.holds ??= new Map();
    const key = this.keyAt(slot);
    let hold = holds.get(key);
    if (hold === undefined) {
      hold = { count: 0, deadline: this.deadlineAt(slot) };
      this.schedule(slot, Infinity);
      holds.set(key, hold);
    }
    hold.count++;
    return hold;
  }

  /** Forgets that an entry is in use. */
  endHold(key: K): void {
    if (this.holds?.delete(key) && this.holds.size === 0) {
      this.holds = undefined;
    }
  }

  /** The entry to evict first, other than the one that is spared, or `NO_SLOT`. */
  victim(spared: number): number {
    const isSpared = (slot: number) => slot === spared || this.isKept(slot);
    if (this.order !== undefined) return this.order.victim(isSpared);
    const soonest = this.index.soonest(isSpared);
    if (soonest !== NO_SLOT || this.bounds!.eviction === "volatile") {
      return soonest;
    }
    return this.#anyEternal(isSpared);
  }

  /** Whether an entry must not be evicted now. */
  protected isKept(slot: number): boolean {
    return this.holdAt(slot) !== undefined;
  }

  #anyEternal(isSpared: (slot: number) => boolean): number {
    for (let id = 0; id < this.chunks.length; id++) {
      const chunk = this.chunks[id];
      for (let place = 0; place < chunk?.used; place++) {
        const slot = id << CHUNK_BITS | place;
        if (chunk.deadlines[place] === Infinity && !isSpared(slot)) return slot;
      }
    }
    return NO_SLOT;
  }

  /** Removes an entry everywhere and returns its deadline; `oneOfMany`: the call is part of a sweep. */
  take(
    slot: number,
    oneOfMany: boolean = false,
    key: K = this.keyAt(slot),
  ): number {
    if (this.holds !== undefined) this.endHold(key);
    if (oneOfMany) this.keys.sweep(key);
    else this.keys.remove(key);
    this.map = this.keys.map;
    if (this.order !== undefined) this.order.remove(slot);
    const deadline = this.uncount(slot);
    this.release(slot);
    return deadline;
  }

  /**
   * Frees chunks that removals have left nearly empty. Entries move to other slots: it is called at
   * the end of a call, when nothing holds a slot.
   */
  tidy(): void {
    while (this.isSparse) this.#condense();
  }

  /** Counts an entry in. */
  protected count(slot: number): void {
    const { deadlines, weights } = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const deadline = deadlines[place];
    if (deadline !== Infinity) {
      this.mortal++;
      this.index.file(slot, deadline);
    } else this.immortal++;
    if (weights !== undefined) this.bounds!.add(weights[place], deadline);
  }

  /** Undoes {@linkcode Entries.count}; returns the deadline. */
  protected uncount(slot: number): number {
    const { deadlines, weights } = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const deadline = deadlines[place];
    if (deadline !== Infinity) this.mortal--;
    else this.immortal--;
    if (weights !== undefined) this.bounds!.add(-weights[place], deadline);
    return deadline;
  }

  protected release(slot: number): void {
    const emptied = this.table.release(slot);
    if (emptied !== NO_SLOT) this.#drop(emptied);
  }

  #drop(chunk: number): void {
    this.table.drop(chunk);
    this.index.first();
  }

  /** Whether the entries would fit into far fewer chunks. */
  protected get isSparse(): boolean {
    const { capacity } = this.table;
    return capacity > this.size * SPARSE && capacity > 2 * CHUNK_SIZE;
  }

  /**
   * Moves the entries of the last chunk into the others and frees it. The last: a scan, which comes
   * from above, misses none of them.
   */
  #condense(): void {
    const id = this.chunks.length - 1;
    const { used, deadlines } = this.chunks[id];
    this.table.close(id);
    for (let place = 0; place < used; place++) {
      if (deadlines[place] === deadlines[place]) {
        this.#move(id << CHUNK_BITS | place);
      }
    }
    this.#drop(id);
  }

  #move(from: number): void {
    const to = this.table.allocate();
    const chunk = this.chunks[to >>> CHUNK_BITS];
    this.#writeLife(chunk, to & PLACE, this.ttlAt(from), this.limitAt(from));
    this.table.copy(from, to);
    const deadline = this.deadlineAt(to);
    if (deadline !== Infinity) this.index.file(to, deadline);
    this.order?.relocate(from, to);
    this.keys.relocate(this.keyAt(to), to);
  }

  /** Whether {@linkcode settle} has work to do. */
  get unsettled(): boolean {
    return this.keys.unsettled || this.isSparse;
  }

  /**
   * Frees memory after a sweep: copies up to `steps` keys, or frees a chunk.
   *
   * @returns Whether there is more to do.
   */
  settle(steps: number): boolean {
    const more = this.keys.settle(steps);
    this.map = this.keys.map;
    if (more) return true;
    if (this.isSparse) this.#condense();
    return this.isSparse;
  }

  /** Removes all entries at once. */
  clear(): void {
    this.keys.clear();
    this.reset();
  }
}
