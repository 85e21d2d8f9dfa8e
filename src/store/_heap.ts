/** A binary heap of ids that know their rank in it, so that any one can move or leave. */

import { NO_SLOT } from "./_entry_table.ts";

/** Ids, the one with the least time first. Who extends it keeps the times and the ranks. */
export abstract class RankedHeap {
  readonly #ids: number[] = [];

  /** The time of an id, by which it is ordered. */
  protected abstract timeOf(id: number): number;
  /** The rank that an id was given last. */
  protected abstract rankOf(id: number): number;
  /** Gives an id a rank to keep. */
  protected abstract setRank(id: number, rank: number): void;

  /** The id with the least time, or `NO_SLOT`. */
  get first(): number {
    return this.#ids.length > 0 ? this.#ids[0] : NO_SLOT;
  }

  /** Adds an id. */
  add(id: number): void {
    this.#rise(id, this.#ids.length);
  }

  /** Finds the place of an id whose time has changed. */
  move(id: number): void {
    this.#sink(id, this.#rise(id, this.rankOf(id)));
  }

  /** Removes an id. */
  remove(id: number): void {
    const last = this.#ids.pop()!;
    if (last !== id) this.#sink(last, this.#rise(last, this.rankOf(id)));
  }

  #put(id: number, rank: number): void {
    this.#ids[rank] = id;
    this.setRank(id, rank);
  }

  #rise(id: number, rank: number): number {
    const ids = this.#ids;
    const time = this.timeOf(id);
    while (rank > 0) {
      const parent = (rank - 1) >> 1;
      if (this.timeOf(ids[parent]) <= time) break;
      this.#put(ids[parent], rank);
      rank = parent;
    }
    this.#put(id, rank);
    return rank;
  }

  #sink(id: number, rank: number): void {
    const ids = this.#ids;
    const time = this.timeOf(id);
    for (;;) {
      let child = 2 * rank + 1;
      if (child >= ids.length) break;
      const other = child + 1;
      if (
        other < ids.length && this.timeOf(ids[other]) < this.timeOf(ids[child])
      ) child = other;
      if (time <= this.timeOf(ids[child])) break;
      this.#put(ids[child], rank);
      rank = child;
    }
    this.#put(id, rank);
  }
}
