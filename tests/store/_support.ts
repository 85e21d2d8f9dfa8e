/** What the tests of the store share. */
import type { RemoveReason } from "@mayfly/store";

/** A clock that only the test moves, forwards or backwards: ms since the epoch. */
export class ManualClock {
  time: number;

  constructor(time = 1_000_000) {
    this.time = time;
  }

  /** For the option `now`. */
  readonly now = (): number => this.time;
}

/** Collects what `onRemove` is told, as `key=value reason`. */
export class RemovalLog {
  readonly lines: string[] = [];

  /** For the option `onRemove`. */
  readonly onRemove = (
    value: unknown,
    key: unknown,
    reason: RemoveReason,
  ): void => {
    this.lines.push(`${String(key)}=${String(value)} ${reason}`);
  };

  /** The lines so far; they are forgotten. */
  take(): string[] {
    return this.lines.splice(0);
  }
}

/** A class of errors, as `assertThrows` takes it. */
// deno-lint-ignore no-explicit-any
export type ErrorClass = new (...args: any[]) => Error;

type Timer = ReturnType<typeof setTimeout>;

/** Watches the timers that are set from now on, until it is disposed of. */
export class WatchedTimers {
  /** The delay of each timer that was ever set, in ms. */
  readonly delays: number[] = [];
  /** What `setTimeout` returned for each. */
  readonly timers: Timer[] = [];
  readonly #active = new Set<Timer>();
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;

  constructor() {
    const set = this.#setTimeout as (
      callback: (...args: unknown[]) => void,
      delay?: number,
      ...args: unknown[]
    ) => Timer;
    globalThis.setTimeout = ((
      callback: (...args: unknown[]) => void,
      delay?: number,
      ...args: unknown[]
    ) => {
      const timer = set(
        (...args) => {
          this.#active.delete(timer);
          callback(...args);
        },
        delay,
        ...args,
      );
      this.delays.push(delay ?? 0);
      this.timers.push(timer);
      this.#active.add(timer);
      return timer;
    }) as typeof setTimeout;
    globalThis.clearTimeout = ((timer: Timer) => {
      this.#active.delete(timer);
      this.#clearTimeout(timer);
    }) as typeof clearTimeout;
  }

  /** How many timers are waiting. */
  get active(): number {
    return this.#active.size;
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#setTimeout;
    globalThis.clearTimeout = this.#clearTimeout;
  }
}

/**
 * Timers that fire one at a time, when the test says so, and the clock they go by: to look at
 * a store between two slices of a sweep.
 */
export class ManualTimers {
  /** The time, in ms. */
  time = 0;
  readonly #waiting = new Map<number, { at: number; run: () => void }>();
  #lastId = 0;
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;

  constructor() {
    globalThis.setTimeout = ((run: () => void, delay = 0) => {
      this.#waiting.set(++this.#lastId, { at: this.time + delay, run });
      return this.#lastId;
    }) as unknown as typeof setTimeout;
    globalThis.clearTimeout = ((id: number) => {
      this.#waiting.delete(id);
    }) as unknown as typeof clearTimeout;
  }

  /** For the option `now`. */
  readonly now = (): number => this.time;

  /** How many timers are waiting. */
  get active(): number {
    return this.#waiting.size;
  }

  /** The timers that wait are forgotten, as by a host that ends a request. */
  forget(): void {
    this.#waiting.clear();
  }

  /** Moves to the next timer and fires that one alone; `false`: there is none until `end`. */
  next(end = Infinity): boolean {
    let first: number | undefined;
    for (const [id, { at }] of this.#waiting) {
      if (first === undefined || at < this.#waiting.get(first)!.at) first = id;
    }
    if (first === undefined) return false;
    const { at, run } = this.#waiting.get(first)!;
    if (at > end) return false;
    this.#waiting.delete(first);
    this.time = Math.max(this.time, at);
    run();
    return true;
  }

  /** Moves on by so many ms and fires what is due meanwhile. */
  pass(ms: number): void {
    const end = this.time + ms;
    while (this.next(end));
    this.time = end;
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#setTimeout;
    globalThis.clearTimeout = this.#clearTimeout;
  }
}
