/**
 * Waiting for a lock. SQLite's own busy handler sleeps longer and longer, so that of several
 * writers in tight loops one may starve for a second while another does everything. Short waits
 * of random length are fairer, and so is a writer that lets others in now and then once it has
 * met them.
 */

/** How long the first wait is at most, in ms; each is longer by a share of what was waited before. */
const FIRST = 0.2;
const GROWTH = 1 / 32;
/** The longest single wait, in ms. */
const LONGEST = 10;

/** For so many ms after it had to wait for others, a writer makes way for them, */
const CONTENDED = 100;
/** whenever it has been writing for so many ms, */
const TURN = 2;
/** for up to so many ms. */
const PAUSE = 1;

/** What nobody ever wakes. Made at the first wait: not every host that imports this has the class. */
let cell: Int32Array | undefined;

function sleep(ms: number): void {
  cell ??= new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(cell, 0, 0, ms);
}

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
    const delay = Math.random() * Math.min(FIRST + waited * GROWTH, LONGEST);
    this.#slept += delay;
    sleep(Math.min(delay, left));
    return true;
  }
}

/** Makes way for other writers, by one that has met some. */
export class Courtesy {
  /** When the turn began, by `performance.now()`; undefined while there is nobody else. */
  #turn: number | undefined;
  #met = 0;

  /** Has had to wait for another writer. */
  meet(): void {
    this.#met = this.#turn = performance.now();
  }

  /** Is about to write. */
  beforeWriting(): void {
    if (this.#turn === undefined) return;
    const now = performance.now();
    if (now - this.#met > CONTENDED) this.#turn = undefined;
    else if (now - this.#turn > TURN) {
      sleep(Math.random() * PAUSE);
      this.#turn = performance.now();
    }
  }
}
