/**
 * Waiting for a lock. SQLite's own busy handler sleeps longer after each attempt, so that one of
 * several writers in tight loops may starve for a second. Short waits of random length are fairer.
 * A writer also pauses from time to time while it has competitors.
 */

/** The longest first wait, in ms. */
const FIRST = 0.2;
/** Each wait may be longer than the first by this share of the time waited so far. */
const GROWTH = 1 / 32;
/** The longest single wait, in ms. */
const LONGEST = 10;

/** A writer has competitors if it had to wait within this many ms. */
const CONTENDED = 100;
/** While it has competitors, it pauses whenever it has been writing for this many ms. */
const TURN = 2;
/** The longest pause, in ms. */
const PAUSE = 1;

/**
 * It is never notified, so a wait ends by its timeout. Created at the first wait: some hosts that
 * import this module have no `SharedArrayBuffer`.
 */
let cell: Int32Array | undefined;

function sleep(ms: number): void {
  cell ??= new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(cell, 0, 0, ms);
}

/** The waits of one call for one lock. */
export class LockWait {
  readonly #timeout: number;
  readonly #start: number = performance.now();
  /** The waits are also summed up, because a test may have stopped the clock. */
  #slept = 0;

  /** @param timeout The total time, in ms, that the call may wait. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** Sleeps for a moment. Returns `false` at once after the timeout. */
  wait(): boolean {
    const waited = Math.max(this.#slept, performance.now() - this.#start);
    const left = this.#timeout - waited;
    if (left <= 0) return false;
    const delay = Math.random() * Math.min(FIRST + waited * GROWTH, LONGEST);
    this.#slept += delay;
    sleep(Math.min(delay, left));
    return true;
  }
}

/** Lets other processes write between the writes of a writer that has competitors. */
export class WriterTurns {
  /** The start of the turn, by `performance.now()`; undefined without competitors. */
  #turn: number | undefined;
  /** The time at which this writer last had to wait. */
  #waited = 0;

  /** Records that this writer had to wait for another. */
  hadToWait(): void {
    this.#waited = this.#turn = performance.now();
  }

  /** Pauses at the end of a turn, so that another writer can write. */
  beforeWriting(): void {
    if (this.#turn === undefined) return;
    const now = performance.now();
    if (now - this.#waited > CONTENDED) this.#turn = undefined;
    else if (now - this.#turn > TURN) {
      sleep(Math.random() * PAUSE);
      this.#turn = performance.now();
    }
  }
}
