/**
 * Finds the expired entries without looking at the others.
 *
 * Each block of 64 slots has a lower bound of its deadlines. A deadline that comes earlier
 * lowers the bound. One that moves later, or an entry that is removed, changes nothing: the
 * block is looked through when its bound is reached, and gets its true bound then.
 */

import {
  BLOCK_BITS,
  BLOCK_SIZE,
  type Chunk,
  CHUNK_BITS,
  type EntryTable,
  NO_SLOT,
  PLACE,
} from "./_entry_table.ts";

/** The slots of a table by their deadlines. */
export class DeadlineIndex<K, V> {
  /** Nothing expires before this time, in ms since the epoch. */
  earliest: number = Infinity;
  readonly #chunks: Chunk<K, V>[];
  /** The chunk and the place of the slot that was found last: the next one is behind it. */
  #id: number = NO_SLOT;
  #place = 0;

  constructor(table: EntryTable<K, V>) {
    this.#chunks = table.chunks;
  }

  /** Lowers the bounds, so that the slot is found after its deadline, which is finite. */
  file(slot: number, deadline: number): void {
    const chunk = this.#chunks[slot >>> CHUNK_BITS];
    const block = (slot & PLACE) >>> BLOCK_BITS;
    if (deadline >= chunk.bounds[block]) return;
    chunk.bounds[block] = deadline;
    if (deadline >= chunk.earliest) return;
    chunk.earliest = deadline;
    if (deadline < this.earliest) this.earliest = deadline;
  }

  /** Finds the chunk with the least bound, after a chunk has got a later one or is gone. */
  first(): number {
    let first = NO_SLOT;
    this.earliest = Infinity;
    for (let id = 0; id < this.#chunks.length; id++) {
      const chunk = this.#chunks[id];
      if (!(chunk?.earliest < this.earliest)) continue;
      this.earliest = chunk.earliest;
      first = id;
    }
    return first;
  }

  /** A slot that has expired, which the caller has to remove or to give a later deadline; `NO_SLOT`: there is none. */
  inspect(now: number): number {
    // Not `earliest > now`, for a clock that answers `NaN`.
    while (this.earliest <= now && this.earliest < Infinity) {
      const chunk = this.#chunks[this.#id];
      if (!(chunk?.earliest <= now)) {
        this.#id = this.first();
        continue;
      }
      const { bounds, deadlines } = chunk;
      let place = this.#place;
      for (let block = place >>> BLOCK_BITS; block < bounds.length; block++) {
        const from = block << BLOCK_BITS;
        if (bounds[block] <= now) {
          const end = endOf(chunk, block);
          for (place = Math.max(place, from); place < end; place++) {
            if (!isDue(deadlines[place], now)) continue;
            this.#place = place;
            return this.#id << CHUNK_BITS | place;
          }
          bounds[block] = least(deadlines, from, end);
        }
      }
      chunk.earliest = least(bounds, 0, bounds.length);
      // Where it began in the middle there may be more; else the next is the first of all chunks.
      this.#place = 0;
      this.first();
    }
    return NO_SLOT;
  }

  /** The number of slots that have expired. */
  count(now: number): number {
    let count = 0;
    if (!(this.earliest <= now)) return 0;
    for (const chunk of this.#chunks) {
      if (!(chunk?.earliest <= now)) continue;
      for (const deadline of chunk.deadlines) {
        if (isDue(deadline, now)) count++;
      }
    }
    return count;
  }

  /**
   * Finds the entry that expires first, among those that do expire and that `isSpared` does not
   * exclude.
   */
  soonest(isSpared: (slot: number) => boolean): number {
    const chunks = this.#chunks;
    let soonest = NO_SLOT;
    let time = Infinity;
    // The first chunk leaves little to look at in the others.
    for (let i = 0, id = this.first(); i <= chunks.length; id = i++) {
      const chunk = chunks[id];
      if (!(chunk?.earliest < time)) continue;
      const { bounds, deadlines } = chunk;
      for (let block = 0; block < bounds.length; block++) {
        if (!(bounds[block] < time)) continue;
        const from = block << BLOCK_BITS;
        const end = endOf(chunk, block);
        bounds[block] = least(deadlines, from, end);
        if (!(bounds[block] < time)) continue;
        for (let place = from; place < end; place++) {
          const slot = id << CHUNK_BITS | place;
          if (!(deadlines[place] < time) || isSpared(slot)) continue;
          time = deadlines[place];
          soonest = slot;
        }
      }
      chunk.earliest = least(bounds, 0, bounds.length);
    }
    return soonest;
  }
}

function endOf(chunk: Chunk<unknown, unknown>, block: number): number {
  return Math.min((block << BLOCK_BITS) + BLOCK_SIZE, chunk.capacity);
}

/** Whether a deadline has come. A free slot has `NaN`, an entry without one `Infinity`. */
function isDue(deadline: number, now: number): boolean {
  return deadline <= now && deadline < Infinity;
}

/** The least of some numbers, of which some may be `NaN`. */
function least(numbers: Float64Array, from: number, end: number): number {
  let least = Infinity;
  for (let i = from; i < end; i++) {
    if (numbers[i] < least) least = numbers[i];
  }
  return least;
}
