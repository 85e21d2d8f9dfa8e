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
