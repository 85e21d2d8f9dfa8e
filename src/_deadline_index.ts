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

/** What {@linkcode DeadlineIndex.inspect} answers when the slot was not due after all. */
export const NOT_DUE = -2;

/** Slots by the time at which they have to be looked at. */
export class DeadlineIndex<K, V> {
  /** The time of the first bucket, in ms since the epoch: nothing is due before it. */
  earliest: number = Infinity;
  #first: number = NONE;
  readonly #chunks: Chunk<K, V>[];
  readonly #bucketAt = new Map<number, number>();
  readonly #times: number[] = [];
  readonly #heads: number[] = [];
  readonly #unused: number[] = [];
  /** The buckets that are not empty, a binary heap by time, and the place of each in it. */
  readonly #heap: number[] = [];
  readonly #ranks: number[] = [];
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
      if (this.#times[filed] <= deadline) return;
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
    const bucket = this.#unused.pop() ?? this.#times.length;
    this.#times[bucket] = time;
    this.#heads[bucket] = NONE;
    this.#bucketAt.set(time, bucket);
    this.#rise(bucket, this.#heap.length);
    this.#readFirst();
    return bucket;
  }

  #close(bucket: number): void {
    this.#bucketAt.delete(this.#times[bucket]);
    this.#unused.push(bucket);
    if (bucket === this.#last) this.#lastTime = NaN;
    const moved = this.#heap.pop()!;
    if (moved !== bucket) {
      this.#sink(moved, this.#rise(moved, this.#ranks[bucket]));
    }
    this.#readFirst();
  }

  #readFirst(): void {
    const empty = this.#heap.length === 0;
    this.#first = empty ? NONE : this.#heap[0];
    this.earliest = empty ? Infinity : this.#times[this.#first];
  }

  #place(bucket: number, rank: number): void {
    this.#heap[rank] = bucket;
    this.#ranks[bucket] = rank;
  }

  #rise(bucket: number, rank: number): number {
    const time = this.#times[bucket];
    while (rank > 0) {
      const parent = (rank - 1) >> 1;
      if (this.#times[this.#heap[parent]] <= time) break;
      this.#place(this.#heap[parent], rank);
      rank = parent;
    }
    this.#place(bucket, rank);
    return rank;
  }

  #sink(bucket: number, rank: number): void {
    const heap = this.#heap;
    const times = this.#times;
    for (;;) {
      let child = 2 * rank + 1;
      if (child >= heap.length) break;
      if (
        child + 1 < heap.length && times[heap[child + 1]] < times[heap[child]]
      ) child++;
      if (times[bucket] <= times[heap[child]]) break;
      this.#place(heap[child], rank);
      rank = child;
    }
    this.#place(bucket, rank);
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
