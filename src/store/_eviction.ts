/** The orders in which a full store evicts its entries; `"soonest"` needs none but the deadlines. */

import {
  type Chunk,
  CHUNK_BITS,
  type ColumnName,
  NO_SLOT,
  PLACE,
} from "./_entry_table.ts";
import type { EvictionPolicy } from "./options.ts";

/** The eviction policies: a store's, and `"volatile"`: as `"soonest"`, but only entries with a deadline. */
export type EvictionOrderName = EvictionPolicy | "volatile";

/** The entries of a store in the order in which they would be evicted. */
export interface EvictionOrder {
  add(slot: number): void;
  /** The entry was read or written. */
  use(slot: number): void;
  remove(slot: number): void;
  /** The slot of the entry to evict first, of those that are not spared, or `NO_SLOT`. */
  victim(isSpared: (slot: number) => boolean): number;
  /** The entry has been copied into another slot, where it keeps its position. */
  relocate(from: number, to: number): void;
}

/** The chunks that an order keeps its columns in. */
export type Chunks = Chunk<unknown, unknown>[];

/** The order of that name, or `undefined` where none is kept. */
export function makeEvictionOrder(
  name: EvictionOrderName,
  chunks: Chunks,
): EvictionOrder | undefined {
  if (name === "lru") return new LruOrder(chunks);
  if (name === "sieve") return new SieveOrder(chunks);
}

/** The columns that an order needs. */
export const ORDER_COLUMNS: { [name in EvictionOrderName]?: ColumnName[] } = {
  lru: ["newer", "older"],
  sieve: ["newer", "older", "visits"],
};

/** A list, linked through two columns: the oldest first. */
export class LruOrder implements EvictionOrder {
  protected readonly chunks: Chunks;
  #newest: number = NO_SLOT;
  protected oldest: number = NO_SLOT;

  constructor(chunks: Chunks) {
    this.chunks = chunks;
  }

  use(slot: number): void {
    if (slot === this.#newest) return;
    this.remove(slot);
    this.add(slot);
  }

  victim(isSpared: (slot: number) => boolean): number {
    let slot = this.oldest;
    while (slot !== NO_SLOT && isSpared(slot)) slot = this.newerThan(slot);
    return slot;
  }

  add(slot: number): void {
    this.link(slot, this.#newest, NO_SLOT);
  }

  remove(slot: number): void {
    this.#join(this.olderThan(slot), this.newerThan(slot));
  }

  relocate(from: number, to: number): void {
    this.link(to, this.olderThan(from), this.newerThan(from));
  }

  protected newerThan(slot: number): number {
    return this.chunks[slot >>> CHUNK_BITS].newer![slot & PLACE];
  }

  protected olderThan(slot: number): number {
    return this.chunks[slot >>> CHUNK_BITS].older![slot & PLACE];
  }

  protected link(slot: number, older: number, newer: number): void {
    this.#join(older, slot);
    this.#join(slot, newer);
  }

  #join(older: number, newer: number): void {
    if (older === NO_SLOT) this.oldest = newer;
    else this.chunks[older >>> CHUNK_BITS].newer![older & PLACE] = newer;
    if (newer === NO_SLOT) this.#newest = older;
    else this.chunks[newer >>> CHUNK_BITS].older![newer & PLACE] = older;
  }
}

/**
 * SIEVE: in the order of insertion, but the hand passes over an entry that was used since it passed
 * last. After "SIEVE is Simpler than LRU" (Zhang and others, NSDI 2024).
 */
export class SieveOrder extends LruOrder {
  /** The next entry to look at; `NO_SLOT`: the oldest. */
  protected hand: number = NO_SLOT;

  protected visit(slot: number, visited: number): void {
    this.chunks[slot >>> CHUNK_BITS].visits![slot & PLACE] = visited;
  }

  protected isVisited(slot: number): number {
    return this.chunks[slot >>> CHUNK_BITS].visits![slot & PLACE];
  }

  override use(slot: number): void {
    this.visit(slot, 1);
  }

  override add(slot: number): void {
    super.add(slot);
    this.visit(slot, 0);
  }

  override remove(slot: number): void {
    if (slot === this.hand) this.moveHand(this.newerThan(slot));
    super.remove(slot);
  }

  protected moveHand(to: number): void {
    this.hand = to;
  }

  /** Takes the mark off an entry that is passed over. */
  protected pass(slot: number): void {
    this.visit(slot, 0);
  }

  override victim(isSpared: (slot: number) => boolean): number {
    let slot = this.hand === NO_SLOT ? this.oldest : this.hand;
    // The first round takes the marks off, the second finds an entry that is not spared.
    for (let rounds = 0; rounds < 3 && slot !== NO_SLOT;) {
      if (!isSpared(slot)) {
        if (!this.isVisited(slot)) break;
        this.pass(slot);
      }
      slot = this.newerThan(slot);
      if (slot !== NO_SLOT) continue;
      slot = ++rounds < 3 ? this.oldest : NO_SLOT;
    }
    this.moveHand(slot);
    return slot;
  }

  override relocate(from: number, to: number): void {
    super.relocate(from, to);
    if (from === this.hand) this.hand = to;
  }
}
