/**
 * Finds what is due without looking at what is not.
 *
 * For each block of 64 slots there is a time before which nothing in it is due:
 * a lower bound of its deadlines. A chunk knows the least of its blocks, and a heap
 * the chunk with the least of all. A deadline that comes earlier lowers the
 * bound; one that moves later, or an entry that is removed, touches nothing: when
 * its time has come a block is looked through, and gets its true bound.
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
import { RankedHeap } from "./_heap.ts";

/** What {@linkcode DeadlineIndex.inspect} answers when it looked, and there may be more to look at. */
export const NOT_DUE = -2;

/** Chunks by the least of their bounds. */
class ChunkHeap<K, V> extends RankedHeap {
  readonly #chunks: Chunk<K, V>[];

  constructor(chunks: Chunk<K, V>[]) {
    super();
    this.#chunks = chunks;
  }

  protected override timeOf(id: number): number {
    return this.#chunks[id].earliest;
  }

  protected override rankOf(id: number): number {
    return this.#chunks[id].rank;
  }

  protected override setRank(id: number, rank: number): void {
    this.#chunks[id].rank = rank;
  }
}

/** The slots of a table by their deadlines. */
export class DeadlineIndex<K, V> {
  /** Nothing is due before this time, in ms since the epoch. */
  earliest: number = Infinity;
  readonly #chunks: Chunk<K, V>[];
  readonly #heap: ChunkHeap<K, V>;
  /** The slot that was found due last: the next one is behind it. */
  #found: number = NO_SLOT;

  constructor(table: EntryTable<K, V>) {
    this.#chunks = table.chunks;
    this.#heap = new ChunkHeap(table.chunks);
  }

  /** Sees to it that the slot is found once its deadline, which is finite, has come. */
  file(slot: number, deadline: number): void {
    const chunk = this.#chunks[slot >>> CHUNK_BITS];
    const block = (slot & PLACE) >>> BLOCK_BITS;
    if (deadline >= chunk.bounds[block]) return;
    chunk.bounds[block] = deadline;
    if (deadline < chunk.earliest) {
      this.#setEarliest(slot >>> CHUNK_BITS, deadline);
    }
  }

  #setEarliest(id: number, time: number): void {
    const chunk = this.#chunks[id];
    chunk.earliest = time;
    if (chunk.rank === NO_SLOT) this.#heap.add(id);
    else this.#heap.move(id);
    this.#readFirst();
  }

  #readFirst(): void {
    const { first } = this.#heap;
    this.earliest = first === NO_SLOT ? Infinity : this.#chunks[first].earliest;
  }

  /** Forgets a chunk that is about to be dropped. */
  forget(id: number): void {
    if (this.#chunks[id].rank === NO_SLOT) return;
    this.#heap.remove(id);
    this.#readFirst();
  }

  /**
   * Looks for a slot that is due, through no more than one chunk.
   *
   * @returns The slot, which the caller has to remove or to give a later deadline;
   * {@linkcode NOT_DUE} when there was none in that chunk, or {@linkcode NO_SLOT} when none is due.
   */
  inspect(now: number): number {
    // Not `earliest > now`, for a clock that answers `NaN`.
    if (!(this.earliest <= now && this.earliest < Infinity)) return NO_SLOT;
    const id = this.#heap.first;
    const chunk = this.#chunks[id];
    const { bounds } = chunk;
    const found = this.#found;
    let place = found >>> CHUNK_BITS === id ? found & PLACE : 0;
    for (let block = place >>> BLOCK_BITS; block < bounds.length; block++) {
      if (bounds[block] <= now) {
        place = nextDue(chunk, block, place, now);
        if (place !== NO_SLOT) return this.#found = id << CHUNK_BITS | place;
        const end = endOf(chunk, block);
        bounds[block] = least(chunk.deadlines, block << BLOCK_BITS, end);
      }
      place = 0;
    }
    this.#found = NO_SLOT;
    this.#setEarliest(id, least(bounds, 0, bounds.length));
    return NOT_DUE;
  }

  /** How many slots are due. */
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
}

function endOf(chunk: Chunk<unknown, unknown>, block: number): number {
  return Math.min((block << BLOCK_BITS) + BLOCK_SIZE, chunk.used);
}

/** The first due place of a block, from a place on. A free slot has the deadline `NaN`. */
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
