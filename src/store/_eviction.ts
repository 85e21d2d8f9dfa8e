/** Which entry a full store gives up. */

import { type Chunk, CHUNK_BITS, NONE, PLACE } from "./_entry_table.ts";
import { RankedHeap } from "./_heap.ts";
import type { EvictionPolicy } from "./store_options.ts";

/** The orders of eviction: those of a store, and `"soonest"` for only what expires at all. */
export type EvictionOrderName = EvictionPolicy | "volatile";

/** The entries of a store in the order in which they would be evicted. */
export interface EvictionOrder {
  add(slot: number): void;
  /** The entry was read or written. */
  use(slot: number): void;
  /** The entry has another deadline. */
  move(slot: number): void;
  remove(slot: number): void;
  /** The slot of the entry to evict first, or `NONE`. */
  victim(): number;
}

type Chunks = Chunk<unknown, unknown>[];

/** The order of that name, or `undefined` for the one that never evicts. */
export function makeEvictionOrder(
  name: EvictionOrderName,
  chunks: Chunks,
): EvictionOrder | undefined {
  if (name === "reject") return undefined;
  if (name === "lru") return new LruOrder(chunks);
  return new DeadlineOrder(chunks, name === "volatile");
}

/** Least recently used first: a list, linked through two columns. */
class LruOrder implements EvictionOrder {
  readonly #chunks: Chunks;
  #newest: number = NONE;
  #oldest: number = NONE;

  constructor(chunks: Chunks) {
    this.#chunks = chunks;
  }

  add(slot: number): void {
    const chunk = this.#chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const newest = this.#newest;
    chunk.newer![place] = NONE;
    chunk.older![place] = newest;
    if (newest === NONE) this.#oldest = slot;
    else this.#chunks[newest >>> CHUNK_BITS].newer![newest & PLACE] = slot;
    this.#newest = slot;
  }

  use(slot: number): void {
    if (slot === this.#newest) return;
    this.remove(slot);
    this.add(slot);
  }

  move(): void {}

  remove(slot: number): void {
    const chunks = this.#chunks;
    const chunk = chunks[slot >>> CHUNK_BITS];
    const newer = chunk.newer![slot & PLACE];
    const older = chunk.older![slot & PLACE];
    if (newer === NONE) this.#newest = older;
    else chunks[newer >>> CHUNK_BITS].older![newer & PLACE] = older;
    if (older === NONE) this.#oldest = newer;
    else chunks[older >>> CHUNK_BITS].newer![older & PLACE] = newer;
  }

  victim(): number {
    return this.#oldest;
  }
}

/** Soonest deadline first. */
class DeadlineOrder extends RankedHeap implements EvictionOrder {
  readonly #chunks: Chunks;
  readonly #sparesImmortal: boolean;

  constructor(chunks: Chunks, sparesImmortal: boolean) {
    super();
    this.#chunks = chunks;
    this.#sparesImmortal = sparesImmortal;
  }

  protected override timeOf(slot: number): number {
    return this.#chunks[slot >>> CHUNK_BITS].deadlines[slot & PLACE];
  }

  protected override rankOf(slot: number): number {
    return this.#chunks[slot >>> CHUNK_BITS].ranks![slot & PLACE];
  }

  protected override setRank(slot: number, rank: number): void {
    this.#chunks[slot >>> CHUNK_BITS].ranks![slot & PLACE] = rank;
  }

  use(): void {}

  victim(): number {
    const slot = this.first;
    return slot !== NONE && this.#sparesImmortal &&
        this.timeOf(slot) === Infinity
      ? NONE
      : slot;
  }
}
