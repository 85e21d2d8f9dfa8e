/** Long work in turns, so that it does not hold up the event loop. */

/** How long, in ms, a walk goes on before other work of the process has a turn. */
const TURN = 5;

interface WithImmediate {
  setImmediate?(callback: () => void): unknown;
}

/** Divides a long walk into turns of a few ms. */
export class Turns {
  #since = performance.now();

  /** Whether this turn is over: then await {@linkcode Turns.next}. */
  get over(): boolean {
    return performance.now() - this.#since >= TURN;
  }

  /** Lets timers, sockets and other callbacks run, and begins the next turn. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      const { setImmediate } = globalThis as WithImmediate;
      if (setImmediate === undefined) setTimeout(resolve, 0);
      else setImmediate(resolve);
    });
    this.#since = performance.now();
  }
}
