/**
 * Waiting for a lock. SQLite's own busy handler sleeps longer and longer, so that of several
 * writers in tight loops one may starve for a second while another does everything. Short waits
 * of random length are fair.
 */

/** The longest single wait, in ms. */
const LONGEST = 10;

/** What nobody ever wakes. Made at the first wait: not every host that imports this has the class. */
let cell: Int32Array | undefined;

/** The waits of one call. */
export class Patience {
  readonly #timeout: number;
  readonly #start: number = performance.now();
  /** Counted besides the clock, which a test may have stopped. */
  #slept = 0;

  /** @param timeout How long, in ms, the call may wait altogether. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** Waits for a moment. Returns `false`, at once, when the time is over. */
  wait(): boolean {
    const waited = Math.max(this.#slept, performance.now() - this.#start);
    const left = this.#timeout - waited;
    if (left <= 0) return false;
    const delay = Math.random() * Math.min(1 + waited / 32, LONGEST);
    this.#slept += delay;
    cell ??= new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(cell, 0, 0, Math.min(delay, left));
    return true;
  }
}
