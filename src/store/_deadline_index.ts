/**
 * Finds what is due without looking at what is not.
 *
 * Slots are filed in time buckets. A bucket's time is never after the deadlines
 * of what was filed in it, and the farther off a deadline is, the coarser the
 * bucket: 32 to a doubling of the distance, so there are a few hundred at most
 * times. When a bucket comes due its slots are looked at one by one: what is not due yet
 * is filed again, closer this time. A deadline that moves later needs nothing
 * at all: the slot stays where it is until its bucket comes due. So does the slot
 * of a removed entry, until then or until it is used again.
 *
 * The lists are doubly linked through columns of the entry table, circular, first filed first.
 */

import {
  type Chunk,
  CHUNK_BITS,
  type EntryTable,
  NONE,
  PLACE,
} from "./_entry_table.ts";
import { RankedHeap } from "./_heap.ts";

/** What {@linkcode DeadlineIndex.inspect} answers when the slot was not due after all. */
export const NOT_DUE = -2;

/** Buckets by time. */
class BucketHeap extends RankedHeap {
  readonly times: number[] = [];
  readonly #ranks: number[] = [];

  protected override timeOf(bucket: number): number {
    return this.times[bucket];
  }

  protected override rankOf(bucket: number): number {
    return this.#ranks[bucket];
  }

  protected override setRank(bucket: number, rank: number): void {
    this.#ranks[bucket] = rank;
  }
}

/** Slots by the time at which they have to be looked at. */
export class DeadlineIndex<K, V> {
  /** The time of the first bucket, in ms since the epoch: nothing is due before it. */
  earliest: number = Infinity;
  #first: number = NONE;
  readonly #chunks: Chunk<K, V>[];
  readonly #bucketAt = new Map<number, number>();
  /** The buckets that are not empty. */
  readonly #buckets = new BucketHeap();
  readonly #heads: number[] = [];
  readonly #unused: number[] = [];
  /** The bucket that was filed in last, which is likely the next one as well. */
  #lastTime = NaN;
  #last: number = NONE;

  constructor(table: EntryTable<K, V>) {
    this.#chunks = table.chunks;
  }

  /**
   * Sees to it that the slot is looked at no later than `deadline`, which is
   * finite and after `now`.
   */
  file(slot: number, deadline: number, now: number): void {
    const chunk = this.#chunks[slot >>> CHUNK_BITS];
    const filed = chunk.buckets[slot & PLACE];
    if (filed !== NONE) {
      if (this.#buckets.times[filed] <= deadline) return;
      this.unfile(slot);
    }
    const time = bucketTime(deadline, deadline - now);
    let bucket = this.#last;
    if (time !== this.#lastTime) {
      bucket = this.#bucketAt.get(time) ?? this.#open(time);
      this.#lastTime = time;
      this.#last = bucket;
    }
    this.#append(slot, bucket);
  }

  #open(time: number): number {
    const bucket = this.#unused.pop() ?? this.#heads.length;
    this.#heads[bucket] = NONE;
    this.#buckets.times[bucket] = time;
    this.#buckets.add(bucket);
    this.#bucketAt.set(time, bucket);
    this.#readFirst();
    return bucket;
  }

  #close(bucket: number): void {
    this.#bucketAt.delete(this.#buckets.times[bucket]);
    this.#unused.push(bucket);
    if (bucket === this.#last) this.#lastTime = NaN;
    this.#buckets.remove(bucket);
    this.#readFirst();
  }

  #readFirst(): void {
    const { first, times } = this.#buckets;
    this.#first = first;
    this.earliest = first === NONE ? Infinity : times[first];
  }

  #append(slot: number, bucket: number): void {
    const chunks = this.#chunks;
    const chunk = chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    chunk.buckets[place] = bucket;
    const head = this.#heads[bucket];
    if (head === NONE) {
      this.#heads[bucket] = slot;
      chunk.next[place] = slot;
      chunk.previous[place] = slot;
      return;
    }
    const headChunk = chunks[head >>> CHUNK_BITS];
    const tail = headChunk.previous[head & PLACE];
    chunks[tail >>> CHUNK_BITS].next[tail & PLACE] = slot;
    headChunk.previous[head & PLACE] = slot;
    chunk.next[place] = head;
    chunk.previous[place] = tail;
  }

  /** Takes the slot out of its bucket, if it is in one. */
  unfile(slot: number): void {
    const chunks = this.#chunks;
    const chunk = chunks[slot >>> CHUNK_BITS];
    const place = slot & PLACE;
    const bucket = chunk.buckets[place];
    if (bucket === NONE) return;
    chunk.buckets[place] = NONE;
    const next = chunk.next[place];
    if (next === slot) return this.#close(bucket);
    const previous = chunk.previous[place];
    chunks[previous >>> CHUNK_BITS].next[previous & PLACE] = next;
    chunks[next >>> CHUNK_BITS].previous[next & PLACE] = previous;
    if (this.#heads[bucket] === slot) this.#heads[bucket] = next;
  }

  /**
   * Looks at one slot whose bucket has come due and takes it out.
   *
   * @returns The slot when its entry is due, {@linkcode NOT_DUE} when it was not, or
   * {@linkcode NONE} when no bucket is due.
   */
  inspect(now: number): number {
    // Both, for a clock that answers `NaN` or `Infinity`.
    if (!(this.earliest <= now) || this.#first === NONE) return NONE;
    const slot = this.#heads[this.#first];
    this.unfile(slot);
    const deadline = this.#chunks[slot >>> CHUNK_BITS].deadlines[slot & PLACE];
    if (deadline <= now) return slot;
    // Neither a free slot (NaN) nor one that no longer expires.
    if (deadline < Infinity) this.file(slot, deadline, now);
    return NOT_DUE;
  }
}

/** The time of the bucket for a deadline that is `distance` ms off: at most 1/32 of that too early. */
function bucketTime(deadline: number, distance: number): number {
  if (distance < 1) return deadline;
  const doublings = distance < 0x7fffffff
    ? 31 - Math.clz32(distance)
    : Math.floor(Math.log2(distance));
  if (doublings <= 5) return Math.floor(deadline);
  const step = doublings <= 35 ? 1 << (doublings - 5) : 2 ** (doublings - 5);
  return Math.floor(deadline / step) * step;
}
