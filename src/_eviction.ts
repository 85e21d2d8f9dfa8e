/** Which entry a full store gives up. */

import { type Chunk, CHUNK_BITS, NONE, PLACE } from "./_entry_table.ts";
import type { EvictionPolicy } from "./store_options.ts";

/** The orders of eviction: those of a store, and `"soonest"` for only what expires at all. */
export type EvictionOrderName = EvictionPolicy | "volatile";

/** The entries of a store in the order in which they would be evicted. */
export interface EvictionOrder {
  added(slot: number): void;
  used(slot: number): void;
  rescheduled(slot: number): void;
  removed(slot: number): void;
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
  return new DeadlineHeap(chunks, name === "volatile");
}

/** Least recently used first: a list, linked through two columns. */
class LruOrder implements EvictionOrder {
  readonly #chunks: Chunks;
  #newest: number = NONE;
  #oldest: number = NONE;

  constructor(chunks: Chunks) {
    this.#chunks = chunks;
  }

  added(slot: number): void {
    const chunk = this.#chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const newest = this.#newest;
    chunk.newer![place] = NONE;
    chunk.older![place] = newest;
    if (newest === NONE) this.#oldest = slot;
    else this.#chunks[newest >>> CHUNK_BITS].newer![newest & PLACE] = slot;
    this.#newest = slot;
  }

  used(slot: number): void {
    if (slot === this.#newest) return;
    this.removed(slot);
    this.added(slot);
  }

  rescheduled(): void {}

  removed(slot: number): void {
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

/** Soonest deadline first: a binary heap of slots that know their rank in it. */
class DeadlineHeap implements EvictionOrder {
  readonly #chunks: Chunks;
  readonly #heap: number[] = [];
  readonly #sparesImmortal: boolean;

  constructor(chunks: Chunks, sparesImmortal: boolean) {
    this.#chunks = chunks;
    this.#sparesImmortal = sparesImmortal;
  }

  #deadline(slot: number): number {
    return this.#chunks[slot >>> CHUNK_BITS].deadlines[slot & PLACE];
  }

  #place(slot: number, rank: number): void {
    this.#heap[rank] = slot;
    this.#chunks[slot >>> CHUNK_BITS].ranks![slot & PLACE] = rank;
  }

  added(slot: number): void {
    this.#rise(slot, this.#heap.length);
  }

  used(): void {}

  rescheduled(slot: number): void {
    const rank = this.#chunks[slot >>> CHUNK_BITS].ranks![slot & PLACE];
    this.#sink(slot, this.#rise(slot, rank));
  }

  removed(slot: number): void {
    const rank = this.#chunks[slot >>> CHUNK_BITS].ranks![slot & PLACE];
    const last = this.#heap.pop()!;
    if (last !== slot) this.#sink(last, this.#rise(last, rank));
  }

  victim(): number {
    const [slot = NONE] = this.#heap;
    return slot !== NONE && this.#sparesImmortal &&
        this.#deadline(slot) === Infinity
      ? NONE
      : slot;
  }

  #rise(slot: number, rank: number): number {
    const deadline = this.#deadline(slot);
    while (rank > 0) {
      const parent = (rank - 1) >> 1;
      if (this.#deadline(this.#heap[parent]) <= deadline) break;
      this.#place(this.#heap[parent], rank);
      rank = parent;
    }
    this.#place(slot, rank);
    return rank;
  }

  #sink(slot: number, rank: number): void {
    const heap = this.#heap;
    const deadline = this.#deadline(slot);
    for (;;) {
      let child = 2 * rank + 1;
      if (child >= heap.length) break;
      if (
        child + 1 < heap.length &&
        this.#deadline(heap[child + 1]) < this.#deadline(heap[child])
      ) child++;
      if (deadline <= this.#deadline(heap[child])) break;
      this.#place(heap[child], rank);
      rank = child;
    }
    this.#place(slot, rank);
  }
}
