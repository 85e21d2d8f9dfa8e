/**
 * The entries of a store with everything that finds them: by key, by deadline
 * and, in a bounded store, by the order of eviction. One change here is a change
 * in all of them, so that they always agree.
 *
 * Nothing here reads a clock or decides who dies: that is `MapWrites`'s.
 */

import type { Bounds } from "./_bounds.ts";
import { DeadlineIndex } from "./_deadline_index.ts";
import {
  type Chunk,
  CHUNK_BITS,
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

/** How many slots a removal looks at for one to move. */
const CONDENSE_STEPS = 32;
/** How many entries a removal moves while there are far too many chunks. */
const MOVES_A_REMOVAL = 16;

/** What {@linkcode Entries} are made of. */
export interface EntriesOptions<K, V> {
  /** The ttl, in ms, of entries that are given none of their own. */
  ttl: number;
  bounds: Bounds<K, V> | undefined;
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
  /** How many entries {@linkcode Entries.tidy} has to move. */
  #movesDue = 0;
  readonly #ttl: number;
  protected readonly bounds: Bounds<K, V> | undefined;
  protected table!: EntryTable<K, V>;

  constructor(options: EntriesOptions<K, V>) {
    this.#ttl = options.ttl;
    this.bounds = options.bounds;
    this.reset();
  }

  protected reset(): void {
    const bounds = this.bounds;
    const columns = ORDER_COLUMNS[bounds?.eviction ?? "reject"];
    this.table = new EntryTable<K, V>(
      bounds?.weighs ? [...columns, "weights"] : columns,
    );
    this.chunks = this.table.chunks;
    this.index = new DeadlineIndex(this.table);
    this.order = bounds && this.makeOrder(
      bounds.eviction,
      this.chunks as Chunks,
    );
    this.size = this.mortal = 0;
    bounds?.reset();
  }

  protected makeOrder(
    name: EvictionOrderName,
    chunks: Chunks,
  ): EvictionOrder | undefined {
    return makeEvictionOrder(name, chunks);
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

  // Writing

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
    this.size++;
    if (deadline !== Infinity) {
      this.mortal++;
      this.index.file(slot, deadline);
    }
    if (chunk.weights !== undefined) {
      chunk.weights[place] = weight;
      this.bounds!.add(weight, deadline);
    }
    if (this.order !== undefined) this.order.add(slot);
    return slot;
  }

  protected addKey(key: K, slot: number): void {
    this.keys.add(key, slot);
  }

  /** Puts a value, which weighs so much, in place of another. */
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

  /**
   * Puts a value in place of one that lives at `now`, for a ttl that ends no sooner: where that is
   * quickly done, and otherwise answers `false`.
   */
  refresh(
    slot: number,
    value: V,
    ttl: number,
    deadline: number,
    now: number,
  ): boolean {
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const { deadlines, ttls } = chunk;
    const before = deadlines[place];
    if (!(before > now && before <= deadline) || chunk.limits !== undefined) {
      return false;
    }
    if (ttls !== undefined) ttls[place] = ttl;
    else if (ttl !== this.#ttl) return false;
    deadlines[place] = deadline;
    chunk.pairs[2 * place + 1] = value;
    return true;
  }

  /** Starts the ttl again that an entry has: where that is quickly done, and otherwise answers `false`. */
  postpone(slot: number, now: number): boolean {
    const { deadlines, ttls, limits } = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const deadline = now + (ttls === undefined ? this.#ttl : ttls[place]);
    if (
      limits !== undefined || !(deadline < Infinity) ||
      !(deadlines[place] <= deadline)
    ) return false;
    deadlines[place] = deadline;
    return true;
  }

  /** Gives an entry another deadline; returns whether that comes sooner. */
  schedule(slot: number, deadline: number): boolean {
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const before = chunk.deadlines[place];
    chunk.deadlines[place] = deadline;
    if (before !== Infinity) this.mortal--;
    if (deadline !== Infinity) this.mortal++;
    const sooner = deadline < before;
    if (sooner) this.index.file(slot, deadline);
    if (this.order !== undefined) this.order.move(slot);
    return sooner;
  }

  /** Gives an entry another ttl, for touches to start again, and another moment that none goes beyond. */
  giveLife(slot: number, ttl: number, limit: number): void {
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    this.#writeLife(chunk, slot & PLACE, ttl, limit);
  }

  // A column is there only where an entry has something other than what is usual.
  #writeLife(
    chunk: Chunk<K, V>,
    place: number,
    ttl: number,
    limit: number,
  ): void {
    if (chunk.ttls !== undefined) chunk.ttls[place] = ttl;
    else if (ttl !== this.#ttl) {
      chunk.ttls = new Float64Array(chunk.capacity).fill(this.#ttl);
      chunk.ttls[place] = ttl;
    }
    if (chunk.limits !== undefined) chunk.limits[place] = limit;
    else if (limit !== Infinity) {
      chunk.limits = new Float64Array(chunk.capacity).fill(Infinity);
      chunk.limits[place] = limit;
    }
  }

  /** Counts a use of an entry for the order of eviction. */
  use(slot: number): void {
    this.order?.use(slot);
  }

  // Removing

  /** Takes an entry out of everything that knows it; `oneOfMany`: in a sweep. */
  take(
    slot: number,
    oneOfMany: boolean = false,
    key: K = this.keyAt(slot),
  ): void {
    if (oneOfMany) this.keys.sweep(key);
    else this.keys.remove(key);
    if (this.order !== undefined) this.order.remove(slot);
    this.uncount(slot);
    this.release(slot);
    // More than one: what is moved may be the next to be removed, and then nobody goes on.
    if (this.table.sparse) this.#movesDue += MOVES_A_REMOVAL;
  }

  /**
   * Moves entries, as removals have made necessary. Their slots change: it is called at the end of
   * a call, when nothing holds a slot.
   */
  tidy(): void {
    for (; this.#movesDue > 0; this.#movesDue--) {
      if (!this.table.sparse) this.#movesDue = 1;
      else this.condense();
    }
  }

  protected uncount(slot: number): void {
    const chunk = this.chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const deadline = chunk.deadlines[place];
    this.size--;
    if (deadline !== Infinity) this.mortal--;
    if (chunk.weights !== undefined) {
      this.bounds!.add(-chunk.weights[place], deadline);
    }
  }

  protected release(slot: number): void {
    const emptied = this.table.release(slot);
    if (emptied !== NO_SLOT) this.#drop(emptied);
  }

  #drop(chunk: number): void {
    this.index.forget(chunk);
    this.table.drop(chunk);
  }

  /** Moves an entry from a chunk with few to a fuller one, so that a store that shrank gives memory back. */
  protected condense(): void {
    if (!this.table.sparse) return;
    const leaving = this.table.leave();
    if (this.chunks[leaving].live === 0) return this.#drop(leaving);
    const from = this.table.nextToMove(CONDENSE_STEPS);
    if (from === NO_SLOT) return;
    const to = this.table.allocate();
    const chunk = this.chunks[to >>> CHUNK_BITS];
    this.#writeLife(chunk, to & PLACE, this.ttlAt(from), this.limitAt(from));
    this.table.copy(from, to);
    const deadline = this.deadlineAt(to);
    if (deadline !== Infinity) this.index.file(to, deadline);
    this.order?.relocate(from, to);
    this.keys.relocate(this.keyAt(to), to);
    this.release(from);
  }

  /** Whether {@linkcode settle} has work to do. */
  get unsettled(): boolean {
    return this.keys.unsettled || this.table.sparse;
  }

  /**
   * Gives memory back after a sweep, in so many steps.
   *
   * @returns Whether there is more to do.
   */
  settle(steps: number): boolean {
    if (this.keys.settle(steps)) return true;
    while (steps-- > 0 && this.table.sparse) this.condense();
    return this.table.sparse;
  }

  /** Removes all entries at once. */
  clear(): void {
    this.keys.clear();
    this.reset();
  }
}
