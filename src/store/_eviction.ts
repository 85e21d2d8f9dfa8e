/** Which entry a full store gives up. */

import {
  type Chunk,
  CHUNK_BITS,
  NONE,
  type OptionalColumns,
  PLACE,
} from "./_entry_table.ts";
import { RankedHeap } from "./_heap.ts";
import type { EvictionPolicy } from "./store_options.ts";

/** The orders of eviction: those of a store, and `"soonest"` for only what expires at all. */
export type EvictionOrderName = EvictionPolicy | "volatile";

/** What a caller does not want evicted. */
export interface Spared {
  has(slot: number): boolean;
}

/** Who is told how a change of the order that no entry knows of is undone. */
export interface UndoLogLike {
  add(undo: () => void): void;
}

/** The entries of a store in the order in which they would be evicted. */
export interface EvictionOrder {
  /** Where a step is under way, its log. */
  log: UndoLogLike | undefined;
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
  /** The entry stands where it stood again. */
  restore(slot: number, position: number): void;
  /** The entry has another slot: it stands where the other stood. */
  relocate(from: number, to: number): void;
}

type Chunks = Chunk<unknown, unknown>[];

/** The order of that name, or `undefined` for the one that never evicts. */
export function makeEvictionOrder(
  name: EvictionOrderName,
  chunks: Chunks,
): EvictionOrder | undefined {
  switch (name) {
    case "reject":
      return undefined;
    case "lru":
      return new LruOrder(chunks);
    case "sieve":
      return new SieveOrder(chunks);
    default:
      return new DeadlineOrder(chunks, name === "volatile");
  }
}

/** The columns that the order of that name needs. */
export function columnsOf(
  name: EvictionOrderName | undefined,
): Omit<OptionalColumns, "weights"> {
  return {
    neighbours: name === "lru" || name === "sieve",
    visits: name === "sieve",
    ranks: name === "soonest" || name === "volatile",
  };
}

/** A list, linked through two columns: the oldest first. */
abstract class ListOrder implements EvictionOrder {
  log: UndoLogLike | undefined = undefined;
  protected readonly chunks: Chunks;
  protected newest: number = NONE;
  protected oldest: number = NONE;

  constructor(chunks: Chunks) {
    this.chunks = chunks;
  }

  abstract use(slot: number): void;
  abstract victim(spared: Spared | undefined): number;

  move(): void {}

  settle(): void {}

  protected newerThan(slot: number): number {
    return this.chunks[slot >>> CHUNK_BITS].newer![slot & PLACE];
  }

  add(slot: number): void {
    this.#link(slot, this.newest, NONE);
  }

  remove(slot: number): void {
    this.#join(this.#olderThan(slot), this.newerThan(slot));
  }

  position(slot: number): number {
    return this.#olderThan(slot);
  }

  #olderThan(slot: number): number {
    return this.chunks[slot >>> CHUNK_BITS].older![slot & PLACE];
  }

  putBack(slot: number, older: number): void {
    this.#link(
      slot,
      older,
      older === NONE ? this.oldest : this.newerThan(older),
    );
  }

  restore(slot: number, position: number): void {
    this.remove(slot);
    this.putBack(slot, position);
  }

  relocate(from: number, to: number): void {
    const position = this.position(from);
    this.remove(from);
    this.putBack(to, position);
  }

  #link(slot: number, older: number, newer: number): void {
    this.#join(older, slot);
    this.#join(slot, newer);
  }

  #join(older: number, newer: number): void {
    if (older === NONE) this.oldest = newer;
    else this.chunks[older >>> CHUNK_BITS].newer![older & PLACE] = newer;
    if (newer === NONE) this.newest = older;
    else this.chunks[newer >>> CHUNK_BITS].older![newer & PLACE] = older;
  }
}

/** Least recently used first. */
class LruOrder extends ListOrder {
  use(slot: number): void {
    if (slot === this.newest) return;
    this.remove(slot);
    this.add(slot);
  }

  victim(spared: Spared | undefined): number {
    let slot = this.oldest;
    while (slot !== NONE && spared?.has(slot)) slot = this.newerThan(slot);
    return slot;
  }
}

/**
 * SIEVE: in the order in which they came, but what was used since the hand came by last is passed
 * over. After "SIEVE is Simpler than LRU" (Zhang and others, NSDI 2024).
 */
class SieveOrder extends ListOrder {
  /** Who is looked at next, or `NONE`: the oldest. */
  #hand: number = NONE;

  #visit(slot: number, visited: number): void {
    this.chunks[slot >>> CHUNK_BITS].visits![slot & PLACE] = visited;
  }

  #isVisited(slot: number): number {
    return this.chunks[slot >>> CHUNK_BITS].visits![slot & PLACE];
  }

  use(slot: number): void {
    this.#visit(slot, 1);
  }

  override add(slot: number): void {
    super.add(slot);
    this.#visit(slot, 0);
  }

  override remove(slot: number): void {
    if (slot === this.#hand) this.#moveHand(this.newerThan(slot));
    super.remove(slot);
  }

  #moveHand(to: number): void {
    const from = this.#hand;
    this.log?.add(() => this.#hand = from);
    this.#hand = to;
  }

  victim(spared: Spared | undefined): number {
    let slot = this.#hand === NONE ? this.oldest : this.#hand;
    // Once round takes the marks off, once more finds who is not spared.
    for (let rounds = 0; rounds < 3 && slot !== NONE;) {
      if (!spared?.has(slot)) {
        if (!this.#isVisited(slot)) break;
        const passed = slot;
        this.log?.add(() => this.#visit(passed, 1));
        this.#visit(slot, 0);
      }
      slot = this.newerThan(slot);
      if (slot !== NONE) continue;
      slot = ++rounds < 3 ? this.oldest : NONE;
    }
    this.#moveHand(slot);
    return slot;
  }

  // The neighbour, and whether it was used, in one number.
  override position(slot: number): number {
    return super.position(slot) * 2 + this.#isVisited(slot);
  }

  override putBack(slot: number, position: number): void {
    super.putBack(slot, position >> 1);
    this.#visit(slot, position & 1);
  }

  // It stood nowhere else, and the hand, which may be there, stays.
  override restore(slot: number, position: number): void {
    this.#visit(slot, position & 1);
  }

  override relocate(from: number, to: number): void {
    const isHand = from === this.#hand;
    super.relocate(from, to);
    if (isHand) this.#hand = to;
  }
}

/** Soonest deadline first. */
class DeadlineOrder extends RankedHeap implements EvictionOrder {
  log: UndoLogLike | undefined = undefined;
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

  restore(slot: number): void {
    this.move(slot);
  }

  relocate(from: number, to: number): void {
    this.remove(from);
    this.add(to);
  }
}
