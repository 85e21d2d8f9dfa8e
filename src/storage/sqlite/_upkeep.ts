/**
 * The upkeep of one open file, in calls and by one timer: it sweeps, returns free pages to the
 * disk, keeps the WAL short, and checks whether the file is still the one on the disk. The timer is
 * set only while the file is used, a key can expire or the WAL is not empty.
 */

import { Sweeper } from "../../base/_sweeper.ts";
import { toText } from "../../redis/_values.ts";
import { printable } from "../../base/_checks.ts";
import type { LogLines } from "../_log_lines.ts";
import type { Connection } from "./_driver.ts";
import { isBusy } from "./_errors.ts";
import type { StepMode, Steps } from "./_steps.ts";
import {
  BUCKET,
  FREE_COUNT,
  OTHERS_CHANGES,
  OWN_CHANGES,
  PAGE_COUNT,
} from "./_schema.ts";
import { isAnythingDue, sweepBatch } from "./_sweep.ts";
import type { LongValues } from "./_values.ts";
import type { FileWatch } from "./_watch.ts";

/** Returns this many pages at a time to the disk, from the end of the file. */
const GIVE_BACK = "PRAGMA incremental_vacuum(64)";
/** As a float: Node refuses integers past 2^53, which version 0.2.0 could store. */
const FIRST_BUCKET = `
SELECT CAST(min(bucket) AS REAL) AS first FROM entries
  WHERE bucket IS NOT NULL`;
/** Copies as much as possible into the file; no process waits for it. */
const CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)";
/** Blocks writers, but only for a moment if all is copied already. */
const TRUNCATE_WAL = "PRAGMA wal_checkpoint(TRUNCATE)";

/** Free pages up to this number are kept for later writes. */
const SPARE_PAGES = 256;
/** Free pages up to this share of the file are kept. */
const SPARE_SHARE = 0.25;
/**
 * The maximum time, in ms, from opening a file to its first sweep: many processes run only for
 * minutes.
 */
const FIRST_SWEEP = 1000;
/** The pause between two batches, in ms, in which other processes can write. */
const PAUSE = 2;
/** A call checks the files if none did within this many ms; a check takes about 10 µs. */
const LOOK_INTERVAL = 50;

/** Options of {@linkcode Upkeep}. */
export interface UpkeepOptions {
  connection: Connection;
  steps: Steps;
  values: LongValues;
  /** The time, in ms, that an expired entry may stay in the file. */
  sweepInterval: number;
  log: LogLines | undefined;
  /** `undefined` for a database in memory. */
  watch: FileWatch | undefined;
}

/** The upkeep of one open file. */
export class Upkeep {
  readonly #connection: Connection;
  readonly #steps: Steps;
  readonly #values: LongValues;
  readonly #log: LogLines | undefined;
  readonly #watch: FileWatch | undefined;
  readonly #sweeper: Sweeper;
  readonly #interval: number;
  /** The time of the last check of the files by a call, in ms since the epoch. */
  #looked = 0;
  /** Whether there was a call since the timer fired. */
  #isUsed = false;
  /** The delay of the timer, in ms, of an idle file. It doubles each time. */
  #pause: number;
  /** The number of keys that the current sweep has removed. */
  #swept = 0;
  /** The state of the file at the end of the last sweep; it changes with each write. */
  #written = "";
  #isWalEmpty = false;

  constructor(options: UpkeepOptions) {
    this.#connection = options.connection;
    this.#steps = options.steps;
    this.#values = options.values;
    this.#log = options.log;
    this.#watch = options.watch;
    this.#pause = this.#interval = options.sweepInterval;
    this.#sweeper = new Sweeper(this.#interval, () => this.#wake());
    this.#wakeIn(Math.min(FIRST_SWEEP, this.#interval));
  }

  /**
   * Checks from time to time whether the file is still the one on the disk, and sets the timer.
   *
   * @throws {StorageError} The file was replaced or deleted.
   */
  beforeCall(mode: StepMode): void {
    const now = Date.now();
    const watch = this.#watch;
    // Unsigned, because the clock may have been set back.
    const passed = (now - this.#looked) >>> 0;
    if (
      passed < LOOK_INTERVAL && !(mode === "write" && watch?.beforeEachWrite)
    ) return;
    this.#looked = now;
    watch?.look();
    this.#isUsed = true;
    this.#wakeIn(this.#interval);
  }

  /** Clears the timer for good. */
  stop(): void {
    this.#sweeper.stop();
  }

  /** Clears the timer and closes the file. */
  close(): void {
    this.stop();
    if (this.#watch === undefined) this.#connection.close();
    else this.#watch.close();
  }

  #wakeIn(ms: number): void {
    // The sweeper only compares its times with each other, so they need no clock.
    this.#sweeper.wakeFor(ms - this.#interval, 0);
  }

  #wake(): void {
    // The next call sets the timer again.
    this.#looked = 0;
    this.#steps.announceNext();
    try {
      this.#watch?.look();
      const more = this.#sweep() || this.#giveBack();
      if (more) return this.#wakeIn(PAUSE);
      this.#finish();
    } catch (error) {
      // The log has a line about that already.
      if (this.#connection.closed) return;
      // A timer has no caller to throw to: the next command gets the same error.
      if (!isBusy(error)) {
        this.#log?.warn(`Cannot sweep: ${printable(String(error))}`);
      }
      this.#isWalEmpty = false;
    }
    this.#rest();
  }

  /** Sets the timer for the next expiry or check, if it is needed. */
  #rest(): void {
    this.#pause = this.#isUsed ? this.#interval : this.#pause * 2;
    this.#isUsed = false;
    const due = this.#untilDue();
    if (due === Infinity && this.#isWalEmpty) return;
    // A clock that was set forward is noticed after the pause.
    this.#wakeIn(Math.min(this.#pause, due + this.#interval));
  }

  /** The time, in ms, until the first key may expire; `Infinity` if none can. */
  #untilDue(): number {
    try {
      const { first } = this.#connection
        .statement<{ first: number | null }>(FIRST_BUCKET).get()!;
      if (first === null) return Infinity;
      return Math.max(first * BUCKET - this.#steps.now(), 0);
    } catch {
      // Locked, damaged, or a clock that throws.
      return this.#pause;
    }
  }

  /** Sweeps one batch. Returns whether there may be more. */
  #sweep(): boolean {
    const now = this.#steps.now();
    if (!isAnythingDue(this.#connection, now)) return false;
    const batch = this.#steps.attempt(() =>
      sweepBatch(this.#connection, this.#values, now)
    );
    // Another process is writing, perhaps this very batch.
    if (batch === undefined) return true;
    this.#swept += batch.removed.length;
    if (this.#log !== undefined) {
      for (const key of batch.removed) {
        this.#log.debug(`Key ${printable(toText(key))} expired`);
      }
    }
    return batch.more;
  }

  /** Returns some free pages to the disk. Returns whether there are more. */
  #giveBack(): boolean {
    const { page_count } = this.#connection
      .statement<{ page_count: number }>(PAGE_COUNT).get()!;
    const free = this.#freePages();
    if (free <= Math.max(SPARE_PAGES, page_count * SPARE_SHARE)) return false;
    const done = this.#steps.attempt(() => {
      this.#connection.statement(GIVE_BACK).all();
      return true;
    });
    return done === undefined || this.#freePages() < free;
  }

  #freePages(): number {
    return this.#connection.statement<{ freelist_count: number }>(FREE_COUNT)
      .get()!.freelist_count;
  }

  #finish(): void {
    if (this.#swept > 0) {
      this.#log?.debug(
        `Swept ${this.#swept} expired ${this.#swept === 1 ? "key" : "keys"}`,
      );
    }
    this.#swept = 0;
    const { data_version } = this.#connection
      .statement<{ data_version: number }>(OTHERS_CHANGES).get()!;
    const { changes } = this.#connection
      .statement<{ changes: number }>(OWN_CHANGES).get()!;
    const written = `${data_version} ${changes}`;
    // During writes the WAL restarts from its beginning by itself.
    this.#isWalEmpty = written === this.#written && this.#emptyWal();
    this.#written = written;
  }

  /** Truncates the WAL to zero, if all of it can be copied. Returns whether it is empty. */
  #emptyWal(): boolean {
    const { log, checkpointed } = this.#connection
      .statement<{ log: number; checkpointed: number }>(CHECKPOINT).get()!;
    if (log <= 0) return true;
    return checkpointed === log && this.#connection
          .statement<{ busy: number }>(TRUNCATE_WAL).get()!.busy === 0;
  }
}
