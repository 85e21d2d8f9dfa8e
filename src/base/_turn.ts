/** Divides long work into slices, so that it does not block the event loop. */

/** The length of a slice, in ms. */
const TURN = 5;

interface WithImmediate {
  setImmediate?(callback: () => void): unknown;
}

/** Divides a long iteration into slices of a few ms. */
export class Turns {
  #since = performance.now();

  /** Whether this slice is over: then await {@linkcode Turns.next}. */
  get over(): boolean {
    return performance.now() - this.#since >= TURN;
  }

  /** Lets timers, sockets and other callbacks run, and begins the next slice. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      const { setImmediate } = globalThis as WithImmediate;
      if (setImmediate === undefined) setTimeout(resolve, 0);
      else setImmediate(resolve);
    });
    this.#since = performance.now();
  }
}
