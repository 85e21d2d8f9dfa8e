/**
 * Where the entries of a store live: parallel columns, one slot an entry, in
 * chunks, so that growing and freeing never copy more than one chunk.
 *
 * A slot is a number: the chunk's id above {@linkcode CHUNK_BITS} bits of place.
 */

/** How many bits of a slot are its place in the chunk. */
export const CHUNK_BITS = 12;
/** How many slots a chunk holds. */
export const CHUNK_SIZE: number = 1 << CHUNK_BITS;
/** The bits of a slot that are its place in the chunk. */
export const PLACE: number = CHUNK_SIZE - 1;
/** No slot, no bucket: the end of a list. */
export const NONE = -1;

const FIRST_CAPACITY = 16;

/** Up to {@linkcode CHUNK_SIZE} entries, column by column. */
export class Chunk<K, V> {
  /** How many slots the columns have; only a table's first chunk starts small. */
  capacity: number;
  /** How many slots were ever taken. */
  used = 0;
  /** How many slots are taken now. */
  live = 0;
  /** The first free place below `used`; its value in `pairs` is the next one. */
  free: number = NONE;
  /** Key and value of each slot, side by side: they are wanted together. */
  readonly pairs: (K | V | undefined)[];
  /** When the entry dies, in ms since the epoch; `NaN` in a free slot. */
  deadlines: Float64Array;
  /** The ttl that a touch starts again, in ms; absent while all have the default. */
  ttls: Float64Array | undefined;
  /** The moment that no touch goes beyond; absent in a store without `maxAge`. */
  limits: Float64Array | undefined;
  /** The bucket of the deadline index that the slot is filed in, and its neighbours there. */
  buckets: Int32Array;
  next: Int32Array;
  previous: Int32Array;
  /** The neighbours in the order of use; absent in a store that does not evict by it. */
  newer: Int32Array | undefined;
  older: Int32Array | undefined;
  /** The slot's place in the heap of deadlines; absent in a store that does not evict by it. */
  ranks: Int32Array | undefined;
  /** What the entry weighs; absent in a store without weights. */
  weights: Float64Array | undefined;

  constructor(capacity: number, columns: OptionalColumns) {
    this.capacity = capacity;
    this.pairs = new Array(2 * capacity).fill(undefined);
    this.deadlines = new Float64Array(capacity);
    this.ttls = undefined;
    this.limits = columns.limits ? new Float64Array(capacity) : undefined;
    this.buckets = new Int32Array(capacity).fill(NONE);
    this.next = new Int32Array(capacity);
    this.previous = new Int32Array(capacity);
    this.newer = columns.recency ? new Int32Array(capacity) : undefined;
    this.older = columns.recency ? new Int32Array(capacity) : undefined;
    this.ranks = columns.ranks ? new Int32Array(capacity) : undefined;
    this.weights = columns.weights ? new Float64Array(capacity) : undefined;
  }

  grow(): void {
    const from = this.capacity;
    this.capacity = Math.min(from * 2, CHUNK_SIZE);
    while (this.pairs.length < 2 * this.capacity) this.pairs.push(undefined);
    this.deadlines = widenFloats(this.deadlines, this.capacity);
    this.buckets = widenInts(this.buckets, this.capacity).fill(NONE, from);
    this.next = widenInts(this.next, this.capacity);
    this.previous = widenInts(this.previous, this.capacity);
    if (this.ttls) this.ttls = widenFloats(this.ttls, this.capacity);
    if (this.limits) this.limits = widenFloats(this.limits, this.capacity);
    if (this.newer) this.newer = widenInts(this.newer, this.capacity);
    if (this.older) this.older = widenInts(this.older, this.capacity);
    if (this.ranks) this.ranks = widenInts(this.ranks, this.capacity);
    if (this.weights) this.weights = widenFloats(this.weights, this.capacity);
  }
}

function widenFloats(column: Float64Array, capacity: number): Float64Array {
  const wider = new Float64Array(capacity);
  wider.set(column);
  return wider;
}

function widenInts(column: Int32Array, capacity: number): Int32Array {
  const wider = new Int32Array(capacity);
  wider.set(column);
  return wider;
}

/** The columns that only some stores need. */
export interface OptionalColumns {
  limits: boolean;
  recency: boolean;
  ranks: boolean;
  weights: boolean;
}

/** Hands out slots and takes them back. */
export class EntryTable<K, V> {
  /** The chunks by id; a freed chunk leaves a gap until its id is used again. */
  readonly chunks: Chunk<K, V>[] = [];
  readonly #columns: OptionalColumns;
  /** The ids of the chunks that have room; the last one is filled next. */
  #open: number[] = [];
  /** The ids that no chunk has. */
  #gaps: number[] = [];
  /** An empty chunk that is kept, so that a store at the brim of one does not thrash. */
  #spare: number = NONE;

  constructor(columns: OptionalColumns) {
    this.#columns = columns;
  }

  /** Takes a free slot. */
  allocate(): number {
    const open = this.#open;
    while (open.length > 0) {
      const id = open[open.length - 1];
      const chunk = this.chunks[id];
      let place = chunk.free;
      if (place !== NONE) {
        chunk.free = chunk.pairs[2 * place + 1] as number;
      } else if (chunk.used < CHUNK_SIZE) {
        if (chunk.used === chunk.capacity) chunk.grow();
        place = chunk.used++;
      } else {
        open.pop();
        continue;
      }
      chunk.live++;
      if (id === this.#spare) this.#spare = NONE;
      return id << CHUNK_BITS | place;
    }
    return this.#addChunk();
  }

  #addChunk(): number {
    const first = this.chunks.length === 0;
    const id = this.#gaps.pop() ?? this.chunks.length;
    const chunk = new Chunk<K, V>(
      first ? FIRST_CAPACITY : CHUNK_SIZE,
      this.#columns,
    );
    this.chunks[id] = chunk;
    this.#open.push(id);
    chunk.used = chunk.live = 1;
    return id << CHUNK_BITS;
  }

  /**
   * Gives a slot back. When that leaves a whole chunk to be freed, its id is
   * returned: the caller forgets its slots, then calls {@linkcode drop}.
   */
  release(slot: number): number {
    const id = slot >>> CHUNK_BITS;
    const place = slot & PLACE;
    const chunk = this.chunks[id];
    if (chunk.live === CHUNK_SIZE && this.#open.indexOf(id) < 0) {
      this.#open.push(id);
    }
    chunk.pairs[2 * place] = undefined;
    chunk.pairs[2 * place + 1] = chunk.free as V;
    chunk.deadlines[place] = NaN;
    chunk.free = place;
    if (--chunk.live > 0) return NONE;
    if (this.#spare === NONE) {
      this.#spare = id;
      return NONE;
    }
    return id;
  }

  /** Frees an empty chunk. */
  drop(id: number): void {
    this.#open.splice(this.#open.indexOf(id), 1);
    this.#gaps.push(id);
    delete this.chunks[id];
  }

  /** Looks at `count` slots from `cursor` on for what lives at `now`; the next cursor is 0 at the end. */
  scan(
    cursor: number,
    count: number,
    now: number,
  ): [cursor: number, keys: K[]] {
    const keys: K[] = [];
    const end = this.chunks.length * CHUNK_SIZE;
    while (cursor < end) {
      const chunk = this.chunks[cursor >>> CHUNK_BITS];
      const place = cursor & PLACE;
      if (chunk === undefined || place >= chunk.used) {
        cursor = (cursor | PLACE) + 1;
        continue;
      }
      if (count-- <= 0) return [cursor, keys];
      if (chunk.deadlines[place] > now) keys.push(chunk.pairs[2 * place] as K);
      cursor++;
    }
    return [0, keys];
  }

  /** Any key that lives at `now`: there has to be one. */
  randomKey(now: number): K {
    const end = this.chunks.length * CHUNK_SIZE;
    let cursor = 0;
    // By chance while that has good prospects, then the next one from somewhere on.
    for (let tries = 0;; tries++) {
      if (tries <= 100) cursor = Math.floor(Math.random() * end);
      const [next, keys] = this.scan(cursor, tries < 100 ? 1 : PLACE, now);
      if (keys.length > 0) return keys[0];
      cursor = next;
    }
  }
}
