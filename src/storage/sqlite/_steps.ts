/** Transactions ("steps"), and waiting for those of other processes. */

import { checkClock } from "../_options.ts";
import type { Connection } from "./_driver.ts";
import { isBusy, type StorageErrors } from "./_errors.ts";
import { LockWait, WriterTurns } from "./_wait.ts";

const BEGIN_READ = "BEGIN";
/** Takes the write lock at once: a read transaction that writes later may fail in the middle. */
const BEGIN_WRITE = "BEGIN IMMEDIATE";
const COMMIT = "COMMIT";
const ROLLBACK = "ROLLBACK";
/** Begins a nested transaction. SQLite finds the innermost savepoint of that name. */
const BEGIN_PART = "SAVEPOINT part";
const END_PART = "RELEASE part";
const UNDO_PART = "ROLLBACK TO part";

/** `beforeCall` is called for one of this many reads; a call costs a twentieth of a read. */
const READS = 32;

/** `"read"` for a transaction that writes nothing. */
export type StepMode = "read" | "write";

/** Options of {@linkcode Steps}. */
export interface StepsOptions {
  connection: Connection;
  errors: StorageErrors;
  /** The clock: ms since the epoch. */
  now(): number;
  /** The time, in ms, that a call waits for a lock. */
  busyTimeout: number;
  /** Called before writes and before some reads. Its errors are thrown to the caller. */
  beforeCall(mode: StepMode): void;
}

/** The ids of the entries that the current transaction wrote and therefore does not evict. */
export class WrittenEntries {
  readonly #order: number[] = [];
  readonly #ids = new Set<number>();
  #bucket = -Infinity;
  #id = 0;
  #idWithoutTtl = 0;

  /** The number of entries. */
  get size(): number {
    return this.#order.length;
  }

  /** A place in the order of eviction: the transaction wrote all entries up to it. */
  get passed(): [bucket: number, id: number] {
    return [this.#bucket, this.#id];
  }

  /** The same for the entries without a TTL. */
  get passedWithoutTtl(): number {
    return this.#idWithoutTtl;
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  add(id: number): void {
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    this.#order.push(id);
  }

  /** Forgets all but the `size` entries that were added first. */
  cut(size: number): void {
    while (this.#order.length > size) this.#ids.delete(this.#order.pop()!);
    this.#startAgain();
  }

  /** Records that a search for entries to evict has found one of the transaction. */
  pass({ id, filed }: { id: number; filed: number | null }): void {
    if (filed === null) this.#idWithoutTtl = id;
    else [this.#bucket, this.#id] = [filed, id];
  }

  /** Records that an entry was moved to another bucket, which may be before `passed`. */
  moved(id: number, bucket: number | null): void {
    const isPassed = bucket === null
      ? id <= this.#idWithoutTtl
      : bucket <= this.#bucket;
    if (isPassed && !this.has(id)) this.#startAgain();
  }

  #startAgain(): void {
    this.#bucket = -Infinity;
    this.#id = this.#idWithoutTtl = 0;
  }
}

/** The transactions of one connection. */
export class Steps {
  readonly #connection: Connection;
  readonly #errors: StorageErrors;
  readonly #now: () => number;
  readonly #busyTimeout: number;
  readonly #beforeCall: (mode: StepMode) => void;
  readonly #turns = new WriterTurns();
  /** The number of reads until the next call of `beforeCall`. */
  #readsLeft = 0;
  #mode: StepMode | undefined;
  /** The transaction writes at most once: nested ones need no savepoint. */
  #writesOnce = false;
  /**
   * Whether the transaction has its lock. A read transaction takes it, or waits for it, with its
   * first statement.
   */
  #isLocked = false;
  /** The time of the current transaction, once it was read. */
  #time: number | undefined;
  /** The error of the file during the transaction, which SQLite may have rolled back already. */
  #failure: { error: unknown } | undefined;
  /** Called once the transaction is committed. */
  #afterwards: (() => void)[] = [];
  /** The entries that the current transaction wrote. */
  readonly written: WrittenEntries = new WrittenEntries();
  /** The number of transactions and nested transactions that were rolled back. */
  undone: number = 0;

  constructor(options: StepsOptions) {
    this.#connection = options.connection;
    this.#errors = options.errors;
    this.#now = options.now;
    this.#busyTimeout = options.busyTimeout;
    this.#beforeCall = options.beforeCall;
  }

  /** The time, in ms since the epoch: the same throughout a transaction. */
  now(): number {
    if (this.#mode === undefined) return this.#readClock();
    return this.#time ??= this.#readClock();
  }

  /** `true` within a transaction. */
  get isUnderWay(): boolean {
    return this.#mode !== undefined;
  }

  #readClock(): number {
    return checkClock(this.#now());
  }

  /** Runs several calls as one transaction, or as a nested one. */
  atomically<T>(mode: StepMode, run: () => T, once = false): T {
    if (this.#mode !== undefined) {
      if (mode === "write" && this.#mode === "read") {
        throw new Error("Cannot write: the step that is under way only reads");
      }
      return once || this.#writesOnce || mode === "read"
        ? run()
        : this.#partly(run);
    }
    if (mode === "write" || this.#readsLeft-- <= 0) this.#announce(mode);
    if (mode === "write") this.#turns.beforeWriting();
    this.#run(mode === "write" ? BEGIN_WRITE : BEGIN_READ);
    this.#mode = mode;
    this.#isLocked = mode === "write";
    this.#writesOnce = once;
    let done = false;
    let result: T;
    try {
      result = run();
      // Even if `run` has caught it: later calls cannot be relied on.
      if (this.#failure !== undefined) throw this.#failure.error;
      this.#run(COMMIT);
      done = true;
    } finally {
      if (!done) this.#undo();
      this.#mode = undefined;
      this.#time = undefined;
      this.#failure = undefined;
      this.written.cut(0);
    }
    if (this.#afterwards.length > 0) this.#runAfterwards();
    return result;
  }

  /** Runs a nested transaction. */
  #partly<T>(run: () => T): T {
    const { length } = this.#afterwards;
    const { size } = this.written;
    this.#runInStep(BEGIN_PART);
    try {
      const result = run();
      this.#runInStep(END_PART);
      return result;
    } catch (error) {
      this.undone++;
      this.#afterwards.length = length;
      this.written.cut(size);
      // After an error of the file SQLite may have no transaction any more: the outer one is rolled
      // back.
      if (this.#failure === undefined) this.#undoPart();
      throw error;
    }
  }

  #undoPart(): void {
    try {
      this.#runInStep(UNDO_PART);
      this.#runInStep(END_PART);
    } catch {
      // The error is recorded as the failure of the transaction. The caller gets the first error.
    }
  }

  /**
   * Runs one statement, or several within a transaction: waits while another process holds the
   * lock, and throws the driver's errors as `StorageError`s.
   */
  once<T>(mode: StepMode, run: () => T): T {
    if (this.#mode !== undefined) return this.#inStep(run);
    if (mode === "write" || this.#readsLeft-- <= 0) this.#announce(mode);
    if (mode === "write") this.#turns.beforeWriting();
    return this.#waiting(run);
  }

  #inStep<T>(run: () => T): T {
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

  #runInStep(sql: string): void {
    this.#inStep(() => this.#connection.statement(sql).get());
  }

  #announce(mode: StepMode): void {
    this.#readsLeft = READS;
    this.#beforeCall(mode);
  }

  /** Makes the next read call `beforeCall`. */
  announceNext(): void {
    this.#readsLeft = 0;
  }

  /** Calls `run` once the current transaction is committed; at once if there is none. */
  afterwards(run: () => void): void {
    if (this.#mode === undefined) run();
    else this.#afterwards.push(run);
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
    // `run` would also count the changes.
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
    this.undone++;
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
      ? this.#errors.closed()
      : this.#errors.from(error);
  }

  #failed(error: unknown): unknown {
    const worded = this.#worded(error);
    // An error that is not the driver's comes from the caller: a refused write, a clock.
    if (worded !== error) this.#failure = { error: worded };
    return worded;
  }
}
