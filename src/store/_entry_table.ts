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
/** How many bits of a place are its place in the block. */
export const BLOCK_BITS = 6;
/** How many slots the deadline index looks through at once. */
export const BLOCK_SIZE: number = 1 << BLOCK_BITS;
/** No slot: the end of a list. */
export const NO_SLOT = -1;

const FIRST_CAPACITY = 16;
/** A table with so many slots to each entry gives chunks back. */
const SPARSE = 16;

type Column = Float64Array | Int32Array | Uint8Array;

/** The name of a column. */
export type ColumnName =
  | "deadlines"
  | "ttls"
  | "limits"
  | "newer"
  | "older"
  | "visits"
  | "ranks"
  | "weights";

/** What the columns of a chunk are made of, of those with one number a slot. */
const COLUMNS: Record<ColumnName, new (length: number) => Column> = {
  deadlines: Float64Array,
  ttls: Float64Array,
  limits: Float64Array,
  newer: Int32Array,
  older: Int32Array,
  visits: Uint8Array,
  ranks: Int32Array,
  weights: Float64Array,
};

/** Up to {@linkcode CHUNK_SIZE} entries, column by column. */
export class Chunk<K, V> {
  /** How many slots the columns have; only a table's first chunk starts small. */
  capacity: number;
  /** How many slots were ever taken. */
  used = 0;
  /** How many slots are taken now. */
  live = 0;
  /** The first free place below `used`; its value in `pairs` is the next one. */
  free: number = NO_SLOT;
  /** Key and value of each slot, side by side: they are wanted together. */
  readonly pairs: (K | V | undefined)[];
  /** When the entry dies, in ms since the epoch; `NaN` in a free slot. */
  deadlines: Float64Array;
  /** The ttl that a touch starts again, in ms; absent while all have the default. */
  ttls: Float64Array | undefined;
  /** The moment that no touch goes beyond; absent while none has one. */
  limits: Float64Array | undefined;
  /** For each block of slots a time before which none of them is due; `DeadlineIndex` keeps it. */
  bounds: Float64Array;
  /** The least of the bounds. */
  earliest: number = Infinity;
  /** The chunk's place in the heap of the deadline index. */
  rank: number = NO_SLOT;
  /** The neighbours in a list of all entries; absent in a store that does not evict by one. */
  newer: Int32Array | undefined;
  older: Int32Array | undefined;
  /** Whether the entry was used since the hand of SIEVE came by. */
  visits: Uint8Array | undefined;
  /** The slot's place in the heap of deadlines; absent in a store that does not evict by it. */
  ranks: Int32Array | undefined;
  /** What the entry weighs; absent in a store without weights. */
  weights: Float64Array | undefined;

  constructor(capacity: number, columns: readonly ColumnName[]) {
    this.capacity = capacity;
    this.pairs = new Array(2 * capacity).fill(undefined);
    this.deadlines = new Float64Array(capacity);
    this.bounds = new Float64Array(blocksOf(capacity)).fill(Infinity);
    for (const name of columns) {
      this[name] = new COLUMNS[name](capacity) as never;
    }
  }

  grow(): void {
    const capacity = this.capacity = Math.min(this.capacity * 2, CHUNK_SIZE);
    while (this.pairs.length < 2 * capacity) this.pairs.push(undefined);
    const { bounds } = this;
    this.bounds = new Float64Array(blocksOf(capacity)).fill(Infinity);
    this.bounds.set(bounds);
    for (const name of Object.keys(COLUMNS) as ColumnName[]) {
      const column = this[name];
      if (column === undefined) continue;
      const wider = new COLUMNS[name](capacity);
      wider.set(column);
      this[name] = wider as never;
    }
  }
}

function blocksOf(capacity: number): number {
  return Math.ceil(capacity / BLOCK_SIZE);
}

/** Hands out slots and takes them back. */
export class EntryTable<K, V> {
  /** The chunks by id; a freed chunk leaves a gap until its id is used again. */
  readonly chunks: Chunk<K, V>[] = [];
  readonly #columns: readonly ColumnName[];
  /** The ids of the chunks that have room; the last one is filled next. */
  #open: number[] = [];
  /** How many chunks there are. */
  #count = 0;
  /** How many slots are taken. */
  #live = 0;
  /** The chunk that is being emptied into the others, and the next place to look at. */
  #leaving: number = NO_SLOT;
  #leavingPlace = 0;

  constructor(columns: readonly ColumnName[]) {
    this.#columns = columns;
  }

  /** Takes a free slot. */
  allocate(): number {
    this.#live++;
    const open = this.#open;
    while (open.length > 0) {
      const id = open[open.length - 1];
      const chunk = this.chunks[id];
      let place = chunk.free;
      if (place !== NO_SLOT) {
        chunk.free = chunk.pairs[2 * place + 1] as number;
      } else if (chunk.used < CHUNK_SIZE) {
        if (chunk.used === chunk.capacity) chunk.grow();
        place = chunk.used++;
      } else {
        open.pop();
        continue;
      }
      chunk.live++;
      return id << CHUNK_BITS | place;
    }
    if (this.#leaving === NO_SLOT) return this.#addChunk();
    // Growing again: it stays after all.
    open.push(this.#leaving);
    this.#leaving = NO_SLOT;
    this.#live--;
    return this.allocate();
  }

  #addChunk(): number {
    const gap = this.chunks.findIndex((chunk) => chunk === undefined);
    const id = gap < 0 ? this.chunks.length : gap;
    const capacity = this.#count++ === 0 ? FIRST_CAPACITY : CHUNK_SIZE;
    const chunk = new Chunk<K, V>(capacity, this.#columns);
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
    if (
      chunk.live === CHUNK_SIZE && id !== this.#leaving &&
      this.#open.indexOf(id) < 0
    ) this.#open.push(id);
    chunk.pairs[2 * place] = undefined;
    chunk.pairs[2 * place + 1] = chunk.free as V;
    chunk.deadlines[place] = NaN;
    chunk.free = place;
    this.#live--;
    // The only one that has room is kept, so that a store at the brim of it does not thrash.
    const isKept = id !== this.#leaving && this.#open.length === 1;
    return --chunk.live > 0 || isKept ? NO_SLOT : id;
  }

  /** Frees an empty chunk. */
  drop(id: number): void {
    if (id === this.#leaving) this.#leaving = NO_SLOT;
    else this.#open.splice(this.#open.indexOf(id), 1);
    this.#count--;
    delete this.chunks[id];
    while (this.chunks.length > 0 && this.chunks.at(-1) === undefined) {
      this.chunks.length--;
    }
  }

  /** Whether the entries would fit into far fewer chunks. */
  get sparse(): boolean {
    return this.#count * CHUNK_SIZE > this.#live * SPARSE && this.#count > 2;
  }

  /**
   * The chunk whose entries are to move to lower slots so that it can be freed. The last chunk goes
   * first: a scan, which comes from above, then misses nothing.
   */
  leave(): number {
    if (this.#leaving === NO_SLOT) {
      this.#leaving = this.chunks.length - 1;
      this.#leavingPlace = 0;
      const open = this.#open.indexOf(this.#leaving);
      if (open >= 0) this.#open.splice(open, 1);
    }
    return this.#leaving;
  }

  /** The next slot of that chunk, within some steps, whose entry is to move, or `NO_SLOT`. */
  nextToMove(steps: number): number {
    const id = this.#leaving;
    const chunk = this.chunks[id];
    while (steps-- > 0 && this.#leavingPlace < chunk.used) {
      const place = this.#leavingPlace++;
      if (chunk.deadlines[place] === chunk.deadlines[place]) {
        return id << CHUNK_BITS | place;
      }
    }
    return NO_SLOT;
  }

  /** Copies an entry into a slot that was taken for it, in a chunk with the same columns. */
  copy(from: number, to: number): void {
    const source = this.chunks[from >>> CHUNK_BITS];
    const target = this.chunks[to >>> CHUNK_BITS];
    const there = from & PLACE;
    const here = to & PLACE;
    target.pairs[2 * here] = source.pairs[2 * there];
    target.pairs[2 * here + 1] = source.pairs[2 * there + 1];
    for (const name of Object.keys(COLUMNS) as ColumnName[]) {
      const column = source[name];
      const copied = target[name];
      if (column && copied) copied[here] = column[there];
    }
  }
}
