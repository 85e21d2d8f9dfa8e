/** The bound on the size of the file, and the eviction that keeps it. */

import type { Connection } from "./_driver.ts";
import { outOfMemory } from "../../redis/_values.ts";
import {
  bucketOf,
  FREE_COUNT,
  OTHERS_CHANGES,
  OWN_CHANGES,
  PAGE_COUNT,
} from "./_schema.ts";
import type { WrittenEntries } from "./_steps.ts";
import {
  COLUMNS,
  fileAgain,
  type FiledEntry,
  isStale,
  removeEntry,
} from "./_sweep.ts";
import type { LongValues } from "./_values.ts";

/**
 * The rest of a bucket. A search by both columns at once would read all of the bucket each time.
 */
const IN_BUCKET_AFTER = `
SELECT ${COLUMNS} FROM entries
  WHERE bucket = ? AND id > ? ORDER BY id LIMIT ?`;
/** In the order in which they expire. The index has the entries in this order. */
const AFTER_BUCKET = `
SELECT ${COLUMNS} FROM entries
  WHERE bucket > ? ORDER BY bucket, id LIMIT ?`;
/**
 * The expired entries; others have an expired bucket but a later deadline. None of them was written
 * in the current transaction, in which all calls see the same time.
 */
const EXPIRED = `
SELECT ${COLUMNS} FROM entries
  WHERE bucket <= ? AND deadline <= ? ORDER BY bucket LIMIT ?`;
const WITHOUT_TTL_AFTER = `
SELECT ${COLUMNS} FROM entries
  WHERE bucket IS NULL AND id > ? ORDER BY id LIMIT ?`;

/** The number of entries that are read at a time to be evicted. */
const AT_A_TIME = 8;
/**
 * The maximum number of entries that one write moves to another bucket, so that the write stays
 * short.
 */
const MAX_FILED_AGAIN = 5000;
/** The pages of a file without keys: the schema, the map of pages, a root for each tree. */
const EMPTY_PAGES = 6;
/** The pages that a write may need besides those of its value: each of the trees may split. */
const SPLITS = 6;
/** The pages that a change of a row and of its place in the index may need. */
const CHANGE_PAGES = 3;
/**
 * With fewer free pages, SQLite's "full" is an error of the bound, unless the disk is full.
 */
const FEW_PAGES = 64;
/** The minimum share of a page that a value fills. Parts of a long value fill the least. */
const FILLED = 15 / 16;

/** The eviction of a full file: see `SqliteStorageOptions.eviction`. */
export type RoomPolicy = "reject" | "soonest" | "volatile";

/** Options of {@linkcode Room}. */
export interface RoomOptions {
  connection: Connection;
  values: LongValues;
  written: WrittenEntries;
  maxBytes: number;
  policy: RoomPolicy;
}

/** An entry that was removed to make room. */
export interface RemovedEntry {
  key: Uint8Array;
  reason: "expired" | "evicted";
}

/**
 * Makes room for a write, within its transaction: if the write fails, the removed entries are
 * rolled back with it. The cost is proportional to the number of removed entries.
 *
 * A storage with a bound updates the bucket of an entry with each deadline, so that the index is in
 * the order of eviction. Only an entry whose TTL was restarted by a storage without a bound has an
 * outdated (stale) bucket; it is moved to the right one before, once.
 */
export class Room {
  readonly #connection: Connection;
  readonly #values: LongValues;
  readonly #written: WrittenEntries;
  readonly #policy: RoomPolicy;
  readonly #pageSize: number;
  readonly #maxPages: number;
  /**
   * The last write that was refused. Until the file changes, an equal or larger one is refused
   * without a search.
   */
  #refused: { pages: number; changes: string } = {
    pages: Infinity,
    changes: "",
  };
  /** `true` while there are stale buckets for {@linkcode catchUp}. */
  isBehind: boolean = false;

  constructor(options: RoomOptions) {
    this.#connection = options.connection;
    this.#values = options.values;
    this.#written = options.written;
    this.#policy = options.policy;
    this.#pageSize = Number(this.#connection.pragma("page_size"));
    this.#maxPages = Math.floor(options.maxBytes / this.#pageSize);
    // SQLite's own bound, in case a write needs more pages than estimated.
    this.#connection.pragma(`max_page_count = ${Math.max(this.#maxPages, 1)}`);
  }

  /** `true` if the file may have reached its bound. */
  get isNearlyFull(): boolean {
    return this.#freePages() < FEW_PAGES;
  }

  /** `true` if there is room for `bytes` already. */
  has(bytes: number): boolean {
    return this.#freePages() >= this.#pagesOf(bytes);
  }

  /** @throws {ReplyError} A value and key of this size could never fit. */
  check(bytes: number): void {
    if (this.#pagesOf(bytes) > this.#maxPages - EMPTY_PAGES) {
      throw outOfMemory();
    }
  }

  /**
   * Makes room for a value, or for a part that it grows by.
   *
   * @param bytes The number of bytes to write; the key counts twice, because it is in the index as
   *   well.
   * @returns The entries that were removed. None of them was written in the current transaction.
   *   @throws {ReplyError} There is no room, and none can be made.
   */
  make(bytes: number, now: number): RemovedEntry[] {
    const removed: RemovedEntry[] = [];
    const pages = this.#pagesOf(bytes);
    if (this.#freePages() >= pages) return removed;
    const wasRefused = pages >= this.#refused.pages &&
      this.#changes() === this.#refused.changes;
    if (wasRefused || !this.#free(pages, now, removed)) {
      // Not after a write of this transaction, which is rolled back; and not under "reject", where
      // time alone makes room.
      if (this.#written.size === 0 && this.#policy !== "reject") {
        this.#refused = { pages, changes: this.#changes() };
      }
      throw outOfMemory();
    }
    return removed;
  }

  /** A text that differs after this or another connection has changed the file. */
  #changes(): string {
    return `${this.#read("changes", OWN_CHANGES)} ${
      this.#read("data_version", OTHERS_CHANGES)
    }`;
  }

  /**
   * Makes room for a new deadline, if possible. Most changes of a deadline need no page, so a file
   * that stays full is not an error yet.
   *
   * @param id The entry that is changed: it is not evicted.
   */
  makeForChange(id: number, now: number): RemovedEntry[] {
    const removed: RemovedEntry[] = [];
    this.#free(CHANGE_PAGES, now, removed, id);
    return removed;
  }

  /**
   * Moves some entries with stale buckets to the right ones, in a transaction of its own, because
   * the write that found them may have failed.
   */
  catchUp(now: number): void {
    const filed = this.#mayFileAgain()
      ? this.#fileAgain(this.#soonest(now, MAX_FILED_AGAIN))
      : 0;
    this.isBehind = filed > 0;
  }

  #pagesOf(bytes: number): number {
    return Math.ceil(bytes / (this.#pageSize * FILLED)) + SPLITS;
  }

  /** Removes entries until `pages` are free. Returns whether they are. */
  #free(
    pages: number,
    now: number,
    removed: RemovedEntry[],
    kept?: number,
  ): boolean {
    if (this.#freePages() >= pages) return true;
    const isFree = this.#removeSome(pages, now, removed, kept);
    const [first] = this.#soonest(now, 1);
    this.isBehind = first !== undefined && isStale(first);
    return isFree;
  }

  #removeSome(
    pages: number,
    now: number,
    removed: RemovedEntry[],
    kept: number | undefined,
  ): boolean {
    let mayFile = MAX_FILED_AGAIN;
    for (;;) {
      const entries = this.#removable(now);
      if (mayFile > 0) {
        const filed = this.#fileAgain(entries);
        mayFile -= filed;
        if (filed > 0) continue;
      }
      let isDone = true;
      for (const entry of entries) {
        const { id, key, deadline } = entry;
        if (this.#written.has(id)) this.#written.pass(entry);
        else if (
          id === kept || deadline === Infinity && this.#policy === "volatile"
        ) continue;
        else {
          removeEntry(this.#connection, this.#values, entry);
          const reason = deadline <= now ? "expired" : "evicted";
          removed.push({ key, reason });
          if (this.#freePages() >= pages) return true;
        }
        isDone = false;
      }
      if (isDone) return false;
    }
  }

  /** The next entries to remove, those that expire soonest first. */
  #removable(now: number): FiledEntry[] {
    if (this.#policy === "reject") {
      return this.#connection.statement<FiledEntry>(EXPIRED)
        .all(bucketOf(now), now, AT_A_TIME);
    }
    const entries = this.#soonest(now, AT_A_TIME);
    if (entries.length > 0 || this.#policy === "volatile") return entries;
    return this.#connection.statement<FiledEntry>(WITHOUT_TTL_AFTER)
      .all(this.#written.passedWithoutTtl, AT_A_TIME);
  }

  /**
   * The entries that expire soonest, by their buckets; under "reject" only those in expired
   * buckets.
   */
  #soonest(now: number, most: number): FiledEntry[] {
    const [bucket, id] = this.#written.passed;
    let entries = this.#connection.statement<FiledEntry>(IN_BUCKET_AFTER)
      .all(bucket, id, most);
    if (entries.length < most) {
      entries = entries.concat(
        this.#connection.statement<FiledEntry>(AFTER_BUCKET)
          .all(bucket, most - entries.length),
      );
    }
    if (this.#policy !== "reject") return entries;
    const due = bucketOf(now)!;
    return entries.filter(({ filed }) => filed! <= due);
  }

  /**
   * Moves those of some entries that have stale buckets to the right ones. Returns their number.
   */
  #fileAgain(entries: FiledEntry[]): number {
    let count = 0;
    for (const entry of entries) {
      if (!isStale(entry)) continue;
      if (!this.#mayFileAgain()) break;
      fileAgain(this.#connection, entry);
      count++;
    }
    return count;
  }

  /**
   * The index may grow when an entry is moved. A file that is larger than its bound may still use
   * its own free pages.
   */
  #mayFileAgain(): boolean {
    const free = this.#read("freelist_count", FREE_COUNT);
    return Math.max(this.#freePages(), free) >= CHANGE_PAGES;
  }

  /** The number of pages that may still be used. */
  #freePages(): number {
    return this.#maxPages - this.#read("page_count", PAGE_COUNT) +
      this.#read("freelist_count", FREE_COUNT);
  }

  #read<Name extends string>(name: Name, sql: string): number {
    return this.#connection.statement<Record<Name, number>>(sql).get()![name];
  }
}
