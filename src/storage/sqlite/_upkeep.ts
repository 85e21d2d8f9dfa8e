/**
 * The upkeep of one open file, by calls and by one timer: it sweeps, gives free pages back, keeps
 * the WAL short, and looks whether the file is still the one on the disk. The timer is set while
 * the file is used, a key can expire or the WAL is not empty, and not otherwise.
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

/** Gives back so many pages at a time, from the end of the file. */
const GIVE_BACK = "PRAGMA incremental_vacuum(64)";
/** As a float: Node refuses integers past 2^53, which version 0.2.0 could store. */
const FIRST_BUCKET = `
SELECT CAST(min(bucket) AS REAL) AS first FROM entries
  WHERE bucket IS NOT NULL`;
/** Copies what it can into the file; nobody waits for it. */
const CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)";
/** Keeps writers out, but for a moment only when all is copied. */
const TRUNCATE_WAL = "PRAGMA wal_checkpoint(TRUNCATE)";

/** Free pages up to this many are kept for what comes next. */
const SPARE_PAGES = 256;
/** Free pages up to this share of the file are kept. */
const SPARE_SHARE = 0.25;
/** A file that was just opened is swept after so many ms at most: many processes live for minutes. */
const FIRST_SWEEP = 1000;
/** Between two batches others have this many ms to write. */
const PAUSE = 2;
/** A call looks at the files if none did within this many ms: that takes some 10 us. */
const LOOK_INTERVAL = 50;

/** What the upkeep works on. */
export interface UpkeepOptions {
  connection: Connection;
  steps: Steps;
  values: LongValues;
  /** How long, in ms, what has expired may stay in the file. */
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
  /** When a call last looked at the files, in ms since the epoch. */
  #looked = 0;
  /** Whether there was a call since the timer fired. */
  #isUsed = false;
  /** How long, in ms, an idle file waits for the timer: twice as long each time. */
  #pause: number;
  /** How many keys the sweep that is under way has removed. */
  #swept = 0;
  /** What had been written when the last sweep ended. */
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
   * Looks now and then whether the file is still the one on the disk, and sets the timer.
   *
   * @throws {StorageError} It is another.
   */
  beforeCall(mode: StepMode): void {
    const now = Date.now();
    const watch = this.#watch;
    // Without a sign: the clock may have been set back.
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
    // The sweeper compares its times with each other only: any clock will do.
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
      // Nobody called: the next command meets the same and says so.
      if (!isBusy(error)) {
        this.#log?.warn(`Cannot sweep: ${printable(String(error))}`);
      }
      this.#isWalEmpty = false;
    }
    this.#rest();
  }

  /** Sets the timer for what comes next, if anything can. */
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

  /** Gives some free pages back. Returns whether there are more. */
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
    // While there is writing the WAL starts from its beginning by itself.
    this.#isWalEmpty = written === this.#written && this.#emptyWal();
    this.#written = written;
  }

  /** Cuts the WAL to nothing, if all of it can be copied. Returns whether it is empty. */
  #emptyWal(): boolean {
    const { log, checkpointed } = this.#connection
      .statement<{ log: number; checkpointed: number }>(CHECKPOINT).get()!;
    if (log <= 0) return true;
    return checkpointed === log && this.#connection
          .statement<{ busy: number }>(TRUNCATE_WAL).get()!.busy === 0;
  }
}
