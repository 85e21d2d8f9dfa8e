/** The timer of one open file: sweeps, gives free pages back, keeps the WAL short. */

import { Sweeper } from "../../base/_sweeper.ts";
import { toText } from "../../redis/_values.ts";
import { printable } from "../../base/_checks.ts";
import type { LogLines } from "../_log_lines.ts";
import type { Connection } from "./_driver.ts";
import type { Steps } from "./_steps.ts";
import { isAnythingDue, sweepBatch } from "./_sweep.ts";
import type { LongValues } from "./_values.ts";

const PAGE_COUNT = "PRAGMA page_count";
const FREE_COUNT = "PRAGMA freelist_count";
/** Gives back so many pages at a time, from the end of the file. */
const GIVE_BACK = "PRAGMA incremental_vacuum(64)";
/** Changes whenever another connection has written. */
const OTHERS_CHANGES = "PRAGMA data_version";
const OWN_CHANGES = "SELECT total_changes() AS changes";
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
/** Between two batches others have so many ms to write. */
const PAUSE = 2;

/** What the upkeep works on. */
export interface UpkeepOptions {
  connection: Connection;
  steps: Steps;
  values: LongValues;
  /** How long, in ms, what has expired may stay in the file. */
  sweepInterval: number;
  log: LogLines | undefined;
}

/** The upkeep of one open file. */
export class Upkeep {
  readonly #connection: Connection;
  readonly #steps: Steps;
  readonly #values: LongValues;
  readonly #log: LogLines | undefined;
  readonly #sweeper: Sweeper;
  readonly #interval: number;
  /** How many keys the sweep that is under way has removed. */
  #swept = 0;
  /** What had been written when the last sweep ended. */
  #written = "";

  constructor(options: UpkeepOptions) {
    this.#connection = options.connection;
    this.#steps = options.steps;
    this.#values = options.values;
    this.#log = options.log;
    this.#interval = options.sweepInterval;
    this.#sweeper = new Sweeper(this.#interval, () => this.#wake());
    this.#wakeIn(Math.min(FIRST_SWEEP, this.#interval));
  }

  /** Clears the timer for good. */
  stop(): void {
    this.#sweeper.stop();
  }

  #wakeIn(ms: number): void {
    // The sweeper compares its times with each other only: any clock will do.
    this.#sweeper.wakeFor(ms - this.#interval, 0);
  }

  #wake(): void {
    let more = false;
    try {
      more = this.#sweep() || this.#giveBack();
      if (!more) this.#finish();
    } catch (error) {
      // Nobody called: the next command meets the same and says so.
      this.#log?.warn(`Cannot sweep: ${printable(String(error))}`);
    }
    this.#wakeIn(more ? PAUSE : this.#interval);
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
    if (written === this.#written) this.#truncateWal();
    this.#written = written;
  }

  /** Only where nobody writes: while there is writing the WAL starts anew by itself. */
  #truncateWal(): void {
    const { log, checkpointed } = this.#connection
      .statement<{ log: number; checkpointed: number }>(CHECKPOINT).get()!;
    if (log > 0 && checkpointed === log) {
      this.#connection.statement(TRUNCATE_WAL).all();
    }
  }
}
