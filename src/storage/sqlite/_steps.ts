/** Transactions, and waiting for those of other processes. */

import { checkClock } from "../_options.ts";
import type { Connection } from "./_driver.ts";
import { isBusy, type StorageErrors } from "./_errors.ts";
import { LockWait, WriterTurns } from "./_wait.ts";

const BEGIN_READ = "BEGIN";
/** Takes the write lock at once: a read that is upgraded later may fail half-way. */
const BEGIN_WRITE = "BEGIN IMMEDIATE";
const COMMIT = "COMMIT";
const ROLLBACK = "ROLLBACK";
/** A part of a step that can be undone alone. SQLite looks for the innermost of that name. */
const BEGIN_PART = "SAVEPOINT part";
const END_PART = "RELEASE part";
const UNDO_PART = "ROLLBACK TO part";

/** What a step may do. */
export type StepMode = "read" | "write";

/** What the steps of a connection need. */
export interface StepsOptions {
  connection: Connection;
  errors: StorageErrors;
  /** The clock: ms since the epoch. */
  now(): number;
  /** How long, in ms, a call waits for a lock. */
  busyTimeout: number;
}

/** The atomic steps of one connection: each outermost one is a transaction. */
export class Steps {
  readonly #connection: Connection;
  readonly #errors: StorageErrors;
  readonly #now: () => number;
  readonly #busyTimeout: number;
  readonly #turns = new WriterTurns();
  #mode: StepMode | undefined;
  /** Whether the step has its lock: a read gets it, or has to wait for it, with its first statement. */
  #isLocked = false;
  /** The time of the step that is under way, once it was asked for. */
  #time: number | undefined;
  /** What went wrong in the file during the step: SQLite may have rolled it back by then. */
  #failure: { error: unknown } | undefined;
  /** What to do once the step is committed. */
  #afterwards: (() => void)[] = [];
  /** The ids of the entries that the step wrote: it must not evict them. */
  #written: number[] = [];

  constructor({ connection, errors, now, busyTimeout }: StepsOptions) {
    this.#connection = connection;
    this.#errors = errors;
    this.#now = now;
    this.#busyTimeout = busyTimeout;
  }

  /** The time, in ms since the epoch: the same throughout a step. */
  now(): number {
    if (this.#mode === undefined) return this.#readClock();
    return this.#time ??= this.#readClock();
  }

  #readClock(): number {
    return checkClock(this.#now());
  }

  /** Runs several calls as one transaction, or as a part of the one that is under way. */
  atomically<T>(mode: StepMode, run: () => T, once = false): T {
    if (this.#mode !== undefined) {
      if (mode === "write" && this.#mode === "read") {
        throw new Error("Cannot write: the step that is under way only reads");
      }
      return once || mode === "read" ? run() : this.#partly(run);
    }
    if (mode === "write") this.#turns.beforeWriting();
    this.#run(mode === "write" ? BEGIN_WRITE : BEGIN_READ);
    this.#mode = mode;
    this.#isLocked = mode === "write";
    let done = false;
    let result: T;
    try {
      result = run();
      // Caught by `run` or not: nothing after it can be relied on.
      if (this.#failure !== undefined) throw this.#failure.error;
      this.#run(COMMIT);
      done = true;
    } finally {
      if (!done) this.#undo();
      this.#mode = undefined;
      this.#time = undefined;
      this.#failure = undefined;
      if (this.#written.length > 0) this.#written = [];
    }
    if (this.#afterwards.length > 0) this.#runAfterwards();
    return result;
  }

  /** Runs a part of the step that is under way: what it throws undoes the part. */
  #partly<T>(run: () => T): T {
    const { length } = this.#afterwards;
    const written = this.#written.length;
    this.#run(BEGIN_PART);
    let done = false;
    try {
      const result = run();
      done = true;
      return result;
    } finally {
      if (!done) {
        this.#afterwards.length = length;
        this.#written.length = written;
      }
      // After a failure of the file SQLite may have no transaction, and the step is undone as a whole.
      if (this.#failure === undefined) {
        if (!done) this.#run(UNDO_PART);
        this.#run(END_PART);
      }
    }
  }

  /**
   * Runs what comes down to one statement, or what is within a step: waits while another
   * process holds the lock, and words the errors of the driver.
   */
  once<T>(mode: StepMode, run: () => T): T {
    if (this.#mode !== undefined) {
      if (this.#failure !== undefined) throw this.#failure.error;
      try {
        if (this.#isLocked) return run();
        const result = this.#waiting(run);
        this.#isLocked = true;
        return result;
      } catch (error) {
        throw this.#failed(error);
      }
    }
    if (mode === "write") this.#turns.beforeWriting();
    return this.#waiting(run);
  }

  /** Does something once the step that is under way is committed; at once without one. */
  afterwards(run: () => void): void {
    if (this.#mode === undefined) run();
    else this.#afterwards.push(run);
  }

  /** Notes that the step under way writes an entry. */
  wrote(id: number): void {
    this.#written.push(id);
  }

  /** The ids of the entries that the step under way wrote. */
  get written(): readonly number[] {
    return this.#written;
  }

  /** A write transaction that does not wait: `undefined` when another process is writing. */
  attempt<T>(run: () => T): T | undefined {
    if (this.#mode !== undefined) return undefined;
    try {
      this.#connection.statement(BEGIN_WRITE).run();
    } catch (error) {
      if (isBusy(error)) return undefined;
      throw this.#worded(error);
    }
    this.#mode = "write";
    let done = false;
    try {
      const result = run();
      this.#run(COMMIT);
      done = true;
      return result;
    } catch (error) {
      throw this.#worded(error);
    } finally {
      if (!done) this.#undo();
      this.#mode = undefined;
      this.#time = undefined;
    }
  }

  #run(sql: string): void {
    // No rows, so one step is all of it; and there is no need of the counts that `run` makes.
    this.#waiting(() => this.#connection.statement(sql).get());
  }

  #waiting<T>(run: () => T): T {
    let lock: LockWait | undefined;
    for (;;) {
      try {
        const result = run();
        if (lock !== undefined) this.#turns.hadToWait();
        return result;
      } catch (error) {
        if (!isBusy(error)) throw this.#worded(error);
        lock ??= new LockWait(this.#busyTimeout);
        if (!lock.wait()) throw this.#worded(error);
      }
    }
  }

  #undo(): void {
    this.#afterwards.length = 0;
    try {
      this.#connection.statement(ROLLBACK).run();
    } catch {
      // SQLite has rolled back by itself, or the file is closed.
    }
  }

  #runAfterwards(): void {
    const runs = this.#afterwards;
    this.#afterwards = [];
    for (const run of runs) run();
  }

  #worded(error: unknown): unknown {
    return this.#connection.closed
      ? this.#errors.of("closed")
      : this.#errors.from(error);
  }

  #failed(error: unknown): unknown {
    const worded = this.#worded(error);
    // What is as it was is the caller's own: a refused write, a clock.
    if (worded !== error) this.#failure = { error: worded };
    return worded;
  }
}
