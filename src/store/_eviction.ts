/** Which entry a full store gives up. */

import { type Chunk, CHUNK_BITS, NONE, PLACE } from "./_entry_table.ts";
import { RankedHeap } from "./_heap.ts";
import type { EvictionPolicy } from "./store_options.ts";

/** The orders of eviction: those of a store, and `"soonest"` for only what expires at all. */
export type EvictionOrderName = EvictionPolicy | "volatile";

/** What a caller does not want evicted. */
export interface Spared {
  has(slot: number): boolean;
}

/** The entries of a store in the order in which they would be evicted. */
export interface EvictionOrder {
  add(slot: number): void;
  /** The entry was read or written. */
  use(slot: number): void;
  /** The entry has another deadline. */
  move(slot: number): void;
  remove(slot: number): void;
  /** The slot of the entry to evict first, or `NONE`. */
  victim(spared: Spared | undefined): number;
  /** Called when nothing is spared any longer. */
  settle(): void;
  /** Where an entry stands, for {@linkcode EvictionOrder.putBack}. */
  position(slot: number): number;
  /** Adds an entry where it stood; what stood before it does so again. */
  putBack(slot: number, position: number): void;
  /** The entry has another slot: it stands where the other stood. */
  relocate(from: number, to: number): void;
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

  victim(spared: Spared | undefined): number {
    let slot = this.#oldest;
    if (spared === undefined) return slot;
    while (slot !== NONE && spared.has(slot)) {
      slot = this.#chunks[slot >>> CHUNK_BITS].newer![slot & PLACE];
    }
    return slot;
  }

  settle(): void {}

  position(slot: number): number {
    return this.#chunks[slot >>> CHUNK_BITS].older![slot & PLACE];
  }

  putBack(slot: number, older: number): void {
    if (older === this.#newest) return this.add(slot);
    const chunks = this.#chunks;
    let newer: number;
    if (older === NONE) {
      newer = this.#oldest;
      this.#oldest = slot;
    } else {
      const { newer: column } = chunks[older >>> CHUNK_BITS];
      newer = column![older & PLACE];
      column![older & PLACE] = slot;
    }
    chunks[newer >>> CHUNK_BITS].older![newer & PLACE] = slot;
    const chunk = chunks[slot >>> CHUNK_BITS];
    chunk.newer![slot & PLACE] = newer;
    chunk.older![slot & PLACE] = older;
  }

  relocate(from: number, to: number): void {
    const older = this.position(from);
    this.remove(from);
    this.putBack(to, older);
  }
}

/** Soonest deadline first. */
class DeadlineOrder extends RankedHeap implements EvictionOrder {
  readonly #chunks: Chunks;
  readonly #sparesImmortal: boolean;
  /** What would be next but is spared: out of the heap for now, its rank is `NONE`. */
  readonly #passedOver: number[] = [];

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

  override move(slot: number): void {
    if (this.rankOf(slot) !== NONE) super.move(slot);
  }

  override remove(slot: number): void {
    if (this.rankOf(slot) !== NONE) super.remove(slot);
    else this.#passedOver.splice(this.#passedOver.indexOf(slot), 1);
  }

  victim(spared: Spared | undefined): number {
    let slot = this.first;
    while (slot !== NONE && spared?.has(slot)) {
      this.remove(slot);
      this.setRank(slot, NONE);
      this.#passedOver.push(slot);
      slot = this.first;
    }
    return slot !== NONE && this.#sparesImmortal &&
        this.timeOf(slot) === Infinity
      ? NONE
      : slot;
  }

  settle(): void {
    for (const slot of this.#passedOver) this.add(slot);
    this.#passedOver.length = 0;
  }

  position(): number {
    return NONE;
  }

  putBack(slot: number): void {
    this.add(slot);
  }

  relocate(from: number, to: number): void {
    this.remove(from);
    this.add(to);
  }
}
