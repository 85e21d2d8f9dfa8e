/** The bound on the size of the file, and what goes when it is reached. */

import type { Connection } from "./_driver.ts";
import { outOfMemory } from "../../redis/_values.ts";
import {
  fileAgain,
  type FiledEntry,
  removeEntry,
  sweepBatch,
} from "./_sweep.ts";
import type { LongValues } from "./_values.ts";

const PAGE_COUNT = "PRAGMA page_count";
const FREE_COUNT = "PRAGMA freelist_count";
const SAVEPOINT = "SAVEPOINT room";
const ROLLBACK_TO = "ROLLBACK TO room";
const RELEASE = "RELEASE room";

/** Within a bucket by the deadline itself: SQLite sorts one bucket at a time. */
const SOONEST = `
SELECT id, deadline, bucket, size, key FROM entries
  WHERE bucket IS NOT NULL ORDER BY bucket, deadline LIMIT ?`;
/** Once all others are gone. */
const WITHOUT_TTL = `
SELECT id, deadline, bucket, size, key FROM entries
  WHERE bucket IS NULL ORDER BY id LIMIT ?`;

/** How many keys are evicted before the room is measured again. */
const BATCH = 16;
/** For so many writes of a step one page more is freed than the next write needs. */
const WRITES_A_PAGE = 32;
/** The pages of a file without keys: the schema, the map of pages, a root for each tree. */
const EMPTY_PAGES = 6;
/** The pages that a write may take besides those of its value: each of the trees may split. */
const SPLITS = 6;
/** What a page holds of a value, in bytes, at least. */
const PAGE_OVERHEAD = 64;

/** What a full file does: see `SqliteStorageOptions.eviction`. */
export type RoomPolicy = "reject" | "soonest" | "volatile";

/** What a {@linkcode Room} is made of. */
export interface RoomOptions {
  connection: Connection;
  values: LongValues;
  maxBytes: number;
  policy: RoomPolicy;
}

/** Makes room for a write, within its transaction. */
export class Room {
  readonly #connection: Connection;
  readonly #values: LongValues;
  readonly #policy: RoomPolicy;
  readonly #pageSize: number;
  readonly #maxPages: number;

  constructor({ connection, values, maxBytes, policy }: RoomOptions) {
    this.#connection = connection;
    this.#values = values;
    this.#policy = policy;
    this.#pageSize = Number(connection.pragma("page_size"));
    this.#maxPages = Math.floor(maxBytes / this.#pageSize);
    // SQLite's own bound, should a write take more than was thought.
    connection.pragma(`max_page_count = ${Math.max(this.#maxPages, 1)}`);
  }

  /**
   * Makes room for some bytes.
   *
   * @param written The ids of the entries that the same step wrote: they are not evicted.
   * @returns The keys that were evicted.
   * @throws {ReplyError} There is none and none can be made; nothing was evicted then.
   */
  make(bytes: number, now: number, written: readonly number[]): Uint8Array[] {
    const pages = Math.ceil(bytes / (this.#pageSize - PAGE_OVERHEAD)) + SPLITS;
    if (pages > this.#maxPages - EMPTY_PAGES) throw outOfMemory();
    if (this.#free() >= pages) return [];
    while (sweepBatch(this.#connection, this.#values, now).more) {
      if (this.#free() >= pages) return [];
    }
    if (this.#free() >= pages) return [];
    if (this.#policy === "reject") throw outOfMemory();
    return this.#evict(pages, new Set(written));
  }

  #evict(pages: number, spared: ReadonlySet<number>): Uint8Array[] {
    const evicted: Uint8Array[] = [];
    // A step that has written much passes over all of that each time: so it comes seldom.
    const wanted = Math.max(
      pages,
      Math.min(spared.size / WRITES_A_PAGE, this.#maxPages / 16),
    );
    this.#run(SAVEPOINT);
    try {
      while (this.#free() < pages) {
        const keys = this.#evictBatch(spared, wanted);
        if (keys === undefined) {
          this.#run(ROLLBACK_TO);
          throw outOfMemory();
        }
        evicted.push(...keys);
      }
    } finally {
      this.#run(RELEASE);
    }
    return evicted;
  }

  /** The keys that were evicted, `undefined` when there is none left that may be. */
  #evictBatch(
    spared: ReadonlySet<number>,
    wanted: number,
  ): Uint8Array[] | undefined {
    const most = BATCH + 2 * spared.size;
    let entries = this.#select(SOONEST, most);
    // A key that was given a later deadline is not the soonest: look again.
    if (
      entries.filter((entry) => fileAgain(this.#connection, entry)).length > 0
    ) {
      return [];
    }
    const mayGo = ({ id }: FiledEntry) => !spared.has(id);
    entries = entries.filter(mayGo);
    if (entries.length === 0 && this.#policy === "soonest") {
      entries = this.#select(WITHOUT_TTL, most).filter(mayGo);
    }
    if (entries.length === 0) return undefined;
    const evicted: Uint8Array[] = [];
    for (const entry of entries) {
      removeEntry(this.#connection, this.#values, entry);
      evicted.push(entry.key);
      if (evicted.length % BATCH === 0 && this.#free() >= wanted) break;
    }
    return evicted;
  }

  #select(sql: string, most: number): FiledEntry[] {
    return this.#connection.statement<FiledEntry>(sql).all(most);
  }

  #run(sql: string): void {
    this.#connection.statement(sql).run();
  }

  /** How many pages may still be used. */
  #free(): number {
    const { page_count } = this.#connection
      .statement<{ page_count: number }>(PAGE_COUNT).get()!;
    const { freelist_count } = this.#connection
      .statement<{ freelist_count: number }>(FREE_COUNT).get()!;
    return this.#maxPages - page_count + freelist_count;
  }
}
