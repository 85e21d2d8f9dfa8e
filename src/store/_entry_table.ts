/**
 * The memory for the entries of a store: parallel columns with one slot for each entry, in
 * chunks, so that growing and freeing never copy more than one chunk.
 *
 * A slot is a number: the chunk's id above {@linkcode CHUNK_BITS} bits of place.
 */

/** The number of bits of a slot that are its place in the chunk. */
export const CHUNK_BITS = 12;
/** The number of slots of a chunk. */
export const CHUNK_SIZE: number = 1 << CHUNK_BITS;
/** The bits of a slot that are its place in the chunk. */
export const PLACE: number = CHUNK_SIZE - 1;
/** The number of bits of a place that are its place in the block. */
export const BLOCK_BITS = 6;
/** The number of slots that the deadline index looks through at once. */
export const BLOCK_SIZE: number = 1 << BLOCK_BITS;
/** No slot: the end of a list. */
export const NO_SLOT = -1;

/** The capacity of the first chunk; that of the next ones is 4 times the one before. */
const FIRST_CAPACITY = 16;
const GROWTH_BITS = 2;
/** In later chunks than this one a `Map` may be full (V8 allows 2^24 keys): no quick insert there. */
const LAST_PLAIN = (2 ** 24 >>> CHUNK_BITS) - 2;

/** What a new chunk copies: quicker than to fill one. */
const NO_PAIRS: undefined[] = new Array(2 * CHUNK_SIZE).fill(undefined);

type Column = Float64Array | Int32Array | Uint8Array;

/** The name of a column. */
export type ColumnName =
  | "deadlines"
  | "ttls"
  | "limits"
  | "newer"
  | "older"
  | "visits"
  | "weights";

/** The type of each column that has one number for each slot. */
const COLUMNS: Record<ColumnName, new (length: number) => Column> = {
  deadlines: Float64Array,
  ttls: Float64Array,
  limits: Float64Array,
  newer: Int32Array,
  older: Int32Array,
  visits: Uint8Array,
  weights: Float64Array,
};
const NAMES = Object.keys(COLUMNS) as ColumnName[];

/** Up to {@linkcode CHUNK_SIZE} entries, column by column. */
export class Chunk<K, V> {
  /** The number of slots of the columns: fewer in a table's first chunks. */
  readonly capacity: number;
  /** The number of slots that were ever taken. */
  used = 0;
  /** The number of free places below `used`. */
  gone = 0;
  /** The first free place below `used`; its value in `pairs` is the next one. */
  free: number = NO_SLOT;
  /** The capacity; 0 where a new entry may need more than key, value, deadline and ttl. */
  plainCapacity: number;
  /** Key and value of each slot, side by side: they are read together. */
  readonly pairs: (K | V | undefined)[];
  /** The time at which the entry expires, in ms since the epoch; `NaN` in a free slot. */
  deadlines: Float64Array;
  /** The ttl that a touch starts again, in ms; absent while all have the default. */
  ttls: Float64Array | undefined;
  /** The time up to which touches can extend the entry; absent while no entry has one. */
  limits: Float64Array | undefined;
  /** A lower bound of the deadlines of each block of slots; `DeadlineIndex` keeps it. */
  readonly bounds: Float64Array;
  /** The least of the bounds. */
  earliest: number = Infinity;
  /** The neighbours in a list of all entries; absent in a store that does not evict by one. */
  newer: Int32Array | undefined;
  older: Int32Array | undefined;
  /** Whether the entry was used since SIEVE's hand passed it. */
  visits: Uint8Array | undefined;
  /** The weight of the entry; absent in a store without weights. */
  weights: Float64Array | undefined;

  constructor(
    capacity: number,
    columns: readonly ColumnName[],
    isPlain: boolean,
  ) {
    this.capacity = capacity;
    this.plainCapacity = isPlain ? capacity : 0;
    this.pairs = NO_PAIRS.slice(0, 2 * capacity);
    this.deadlines = new Float64Array(capacity).fill(NaN);
    this.bounds = new Float64Array(Math.ceil(capacity / BLOCK_SIZE))
      .fill(Infinity);
    for (const name of columns) this.makeColumn(name);
  }

  /** The number of slots that are taken now. */
  get live(): number {
    return this.used - this.gone;
  }

  makeColumn(name: ColumnName): Column {
    return this[name] = new COLUMNS[name](this.capacity) as never;
  }
}

/** Hands out slots and takes them back. */
export class EntryTable<K, V> {
  /** The chunks by id; a freed chunk leaves a gap until its id is used again. */
  readonly chunks: Chunk<K, V>[] = [];
  /** The number of slots of all chunks. */
  capacity = 0;
  /** The chunk that was added last, if it may be filled by counting up `used`; else a full one. */
  filling: Chunk<K, V>;
  /** The first slot of that chunk. */
  fillingBase = 0;
  readonly #full: Chunk<K, V>;
  readonly #columns: readonly ColumnName[];
  /** The ids of the chunks that have room; the last one is filled next. */
  #open: number[] = [];

  constructor(columns: readonly ColumnName[]) {
    this.#columns = columns;
    this.filling = this.#full = new Chunk(0, [], false);
  }

  /** Takes a free slot. */
  allocate(): number {
    const open = this.#open;
    while (open.length > 0) {
      const id = open[open.length - 1];
      const chunk = this.chunks[id];
      let place = chunk.free;
      if (place !== NO_SLOT) {
        chunk.free = chunk.pairs[2 * place + 1] as number;
        chunk.gone--;
      } else if (chunk.used < chunk.capacity) place = chunk.used++;
      else {
        open.pop();
        continue;
      }
      return id << CHUNK_BITS | place;
    }
    const gap = this.chunks.findIndex((chunk) => chunk === undefined);
    const id = gap < 0 ? this.chunks.length : gap;
    // `**`: a shift by 32 bits or more would wrap around.
    const capacity = Math.min(
      FIRST_CAPACITY * 2 ** (GROWTH_BITS * id),
      CHUNK_SIZE,
    );
    this.capacity += capacity;
    const chunk = new Chunk<K, V>(capacity, this.#columns, id < LAST_PLAIN);
    this.chunks[id] = chunk;
    open.push(id);
    this.filling = chunk;
    this.fillingBase = id << CHUNK_BITS;
    chunk.used = 1;
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
    const { pairs } = chunk;
    if (chunk.live === chunk.capacity && !this.#open.includes(id)) {
      this.#open.push(id);
    }
    pairs[2 * place] = undefined;
    pairs[2 * place + 1] = chunk.free as V;
    chunk.deadlines[place] = NaN;
    chunk.free = place;
    if (++chunk.gone < chunk.used) return NO_SLOT;
    // The last chunk with room is kept: otherwise a set and a delete in turns would make and free it.
    return this.#open.length === 1 ? NO_SLOT : id;
  }

  /** Hands out no more slots of a chunk, before its entries move to the others. */
  close(id: number): void {
    if (this.chunks[id] === this.filling) this.filling = this.#full;
    const open = this.#open.indexOf(id);
    if (open >= 0) this.#open.splice(open, 1);
  }

  /** Frees a chunk. */
  drop(id: number): void {
    this.close(id);
    this.capacity -= this.chunks[id].capacity;
    delete this.chunks[id];
    while (this.chunks.length > 0 && this.chunks.at(-1) === undefined) {
      this.chunks.length--;
    }
  }

  /** Copies an entry into a slot that was taken for it, in a chunk with the same columns. */
  copy(from: number, to: number): void {
    const source = this.chunks[from >>> CHUNK_BITS];
    const target = this.chunks[to >>> CHUNK_BITS];
    const there = from & PLACE;
    const here = to & PLACE;
    target.pairs[2 * here] = source.pairs[2 * there];
    target.pairs[2 * here + 1] = source.pairs[2 * there + 1];
    for (const name of NAMES) {
      const column = source[name];
      const copied = target[name];
      if (column && copied) copied[here] = column[there];
    }
  }
}
