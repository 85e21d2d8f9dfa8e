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

/** The answer of {@linkcode DeadlineIndex.inspect} when another call may find an expired entry. */
export const NOT_DUE = -2;

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

  /** Sees to it that the slot is found once its deadline, which is finite, has come. */
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
      if (chunk === undefined || !(chunk.earliest < this.earliest)) continue;
      this.earliest = chunk.earliest;
      first = id;
    }
    return first;
  }

  /**
   * Looks for a slot that has expired, through no more than one chunk.
   *
   * @returns The slot, which the caller has to remove or to give a later deadline;
   * {@linkcode NOT_DUE} when there was none in that chunk, or {@linkcode NO_SLOT} when there is none.
   */
  inspect(now: number): number {
    // Not `earliest > now`, for a clock that answers `NaN`.
    if (!(this.earliest <= now && this.earliest < Infinity)) return NO_SLOT;
    let chunk = this.#chunks[this.#id] as Chunk<K, V> | undefined;
    if (chunk === undefined || !(chunk.earliest <= now)) {
      this.#id = this.first();
      this.#place = 0;
      if (!(this.earliest <= now && this.earliest < Infinity)) return NO_SLOT;
      chunk = this.#chunks[this.#id];
    }
    const { bounds } = chunk;
    let place = this.#place;
    for (let block = place >>> BLOCK_BITS; block < bounds.length; block++) {
      if (bounds[block] <= now) {
        place = nextDue(chunk, block, place, now);
        if (place !== NO_SLOT) {
          this.#place = place;
          return this.#id << CHUNK_BITS | place;
        }
        const end = endOf(chunk, block);
        bounds[block] = least(chunk.deadlines, block << BLOCK_BITS, end);
      }
      place = 0;
    }
    chunk.earliest = least(bounds, 0, bounds.length);
    // Where it began in the middle there may be more; else the next is the first of all chunks.
    this.#place = 0;
    this.first();
    return NOT_DUE;
  }

  /** The number of slots that have expired. */
  count(now: number): number {
    let count = 0;
    if (!(this.earliest <= now)) return 0;
    for (const chunk of this.#chunks) {
      if (chunk === undefined || !(chunk.earliest <= now)) continue;
      const { bounds } = chunk;
      for (let block = 0; block < bounds.length; block++) {
        if (!(bounds[block] <= now)) continue;
        let place = nextDue(chunk, block, 0, now);
        while (place !== NO_SLOT) {
          count++;
          place = nextDue(chunk, block, place + 1, now);
        }
      }
    }
    return count;
  }

  /**
   * Finds the entry that expires first, among those that do expire and that `isSpared` does not
   * exclude.
   */
  soonest(isSpared: (slot: number) => boolean): number {
    const found = { slot: NO_SLOT, time: Infinity };
    // The first chunk leaves little to look at in the others.
    const first = this.first();
    if (first === NO_SLOT) return NO_SLOT;
    this.#findSooner(first, found, isSpared);
    for (let id = 0; id < this.#chunks.length; id++) {
      if (this.#chunks[id]?.earliest < found.time) {
        this.#findSooner(id, found, isSpared);
      }
    }
    return found.slot;
  }

  #findSooner(
    id: number,
    found: { slot: number; time: number },
    isSpared: (slot: number) => boolean,
  ): void {
    const chunk = this.#chunks[id];
    const { bounds, deadlines } = chunk;
    for (let block = 0; block < bounds.length; block++) {
      if (!(bounds[block] < found.time)) continue;
      const from = block << BLOCK_BITS;
      const end = endOf(chunk, block);
      bounds[block] = least(deadlines, from, end);
      if (!(bounds[block] < found.time)) continue;
      for (let place = from; place < end; place++) {
        const slot = id << CHUNK_BITS | place;
        if (deadlines[place] < found.time && !isSpared(slot)) {
          found.time = deadlines[place];
          found.slot = slot;
        }
      }
    }
    chunk.earliest = least(bounds, 0, bounds.length);
  }
}

function endOf(chunk: Chunk<unknown, unknown>, block: number): number {
  return Math.min((block << BLOCK_BITS) + BLOCK_SIZE, chunk.used);
}

/** The first expired place of a block, from a place on. A free slot has the deadline `NaN`. */
function nextDue(
  chunk: Chunk<unknown, unknown>,
  block: number,
  from: number,
  now: number,
): number {
  const { deadlines } = chunk;
  const end = endOf(chunk, block);
  for (
    let place = Math.max(from, block << BLOCK_BITS);
    place < end;
    place++
  ) {
    if (deadlines[place] <= now && deadlines[place] < Infinity) return place;
  }
  return NO_SLOT;
}

/** The least of some numbers, of which some may be `NaN`. */
function least(numbers: Float64Array, from: number, end: number): number {
  let least = Infinity;
  for (let i = from; i < end; i++) {
    if (numbers[i] < least) least = numbers[i];
  }
  return least;
}
