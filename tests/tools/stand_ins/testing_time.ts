/**
 * Stands in for `@std/testing/time` where JSR cannot be reached, and on Bun
 * and Node: `FakeTime` with the real signatures, on `@sinonjs/fake-timers`.
 *
 * As the real one, it fakes `Date` and the two kinds of timers and nothing
 * else (`performance.now` stays real), its timers are numbers, and time moves
 * forward only. The `now` of its `Date` cannot be replaced, and a timer of 0 ms
 * that is set while time moves fires in the same move. Unlike the real one, `setTimeout` past 2^31-1 ms fires after
 * 1 ms, as on the three runtimes.
 */
import { createClock } from "@sinonjs/fake-timers";

/** What {@linkcode FakeTime} throws when it is used in the wrong order. */
export class TimeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TimeError";
  }
}

const REAL = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
};

let current: FakeTime | undefined;

function startOf(start: number | string | Date | null | undefined): number {
  const ms = start instanceof REAL.Date
    ? start.valueOf()
    : typeof start === "number"
    ? Math.floor(start)
    : typeof start === "string"
    ? new REAL.Date(start).valueOf()
    : REAL.Date.now();
  if (Number.isNaN(ms)) {
    throw new TypeError(
      `Cannot construct FakeTime: invalid start time ${start}`,
    );
  }
  return ms;
}

/** The real `Date` behind a proxy, which answers with the fake time whatever `now` is set to. */
function fakeDate(now: () => number): DateConstructor {
  return new Proxy(REAL.Date, {
    construct(Target, args: []) {
      return args.length === 0 ? new Target(now()) : new Target(...args);
    },
    apply: () => new REAL.Date(now()).toString(),
    get(target, name, receiver) {
      return name === "now" ? now : Reflect.get(target, name, receiver);
    },
  });
}

/** Time that only the test moves. Only one can be installed at a time. */
export class FakeTime {
  readonly #clock;
  readonly #date: DateConstructor;
  readonly #start: number;

  constructor(start?: number | string | Date | null) {
    if (current) {
      throw new TimeError("Cannot construct FakeTime: time is already faked");
    }
    this.#start = startOf(start);
    const clock = createClock(this.#start);
    this.#clock = clock;
    this.#date = fakeDate(() => clock.now);
    this.#install();
    current = this;
  }

  #install(): void {
    const clock = this.#clock;
    type Callback = (...args: unknown[]) => void;
    Object.assign(globalThis, {
      Date: this.#date,
      setTimeout: (callback: Callback, delay = 0, ...args: unknown[]) => {
        // By itself, the clock puts off what is set while it moves by 1 ms.
        const moving = clock as typeof clock & { duringTick?: boolean };
        const { duringTick } = moving;
        moving.duringTick = false;
        const id = Number(clock.setTimeout(callback, delay, ...args));
        moving.duringTick = duringTick;
        return id;
      },
      clearTimeout: (id?: unknown) => clock.clearTimeout(id as number),
      setInterval: (callback: Callback, delay = 0, ...args: unknown[]) =>
        Number(clock.setInterval(callback, Math.max(1, delay), ...args)),
      clearInterval: (id?: unknown) => clock.clearInterval(id as number),
    });
  }

  /** Restores real time, whichever instance faked it. */
  static restore(): void {
    if (!current) {
      throw new TimeError("Cannot restore time: time is already restored");
    }
    current.restore();
  }

  /** Runs a function in real time, then fakes it again. */
  static async restoreFor<T>(
    // deno-lint-ignore no-explicit-any
    callback: (...args: any[]) => Promise<T> | T,
    // deno-lint-ignore no-explicit-any
    ...args: any[]
  ): Promise<T> {
    if (!current) {
      throw new TimeError("Cannot restore time: time is not faked");
    }
    const faked = current;
    Object.assign(globalThis, REAL);
    try {
      return await callback(...args);
    } finally {
      if (current === faked) faked.#install();
    }
  }

  /** The time the clock began at: ms since the epoch. */
  get start(): number {
    return this.#start;
  }

  /** The time that it is: ms since the epoch. Setting it runs what is due. */
  get now(): number {
    return this.#clock.now;
  }

  set now(value: number) {
    if (value < this.#clock.now) {
      throw new RangeError(
        `Cannot set current time in the past, time must be >= ${this.#clock.now}: received ${value}`,
      );
    }
    this.#clock.tick(value - this.#clock.now);
  }

  /** Moves time on by so many ms and runs what is due. */
  tick(ms = 0): void {
    this.now += ms;
  }

  /** Runs all pending microtasks, then ticks. */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.now += ms;
  }

  /** Waits for so many real ms. */
  async delay(ms: number): Promise<void> {
    await new Promise((resolve) => REAL.setTimeout(resolve, ms));
  }

  /** Runs all pending microtasks. */
  async runMicrotasks(): Promise<void> {
    await this.delay(0);
  }

  /** Moves to the next timer and runs what is due then; `false`: there is none. */
  next(): boolean {
    if (this.#clock.countTimers() === 0) return false;
    this.#clock.next();
    this.#clock.tick(0);
    return true;
  }

  /** Runs all pending microtasks, then {@linkcode next}. */
  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  /** Runs all timers until there are none. */
  runAll(): void {
    while (this.next());
  }

  /** Runs all timers and microtasks until there are none. */
  async runAllAsync(): Promise<void> {
    while (await this.nextAsync());
  }

  /** Restores real time. */
  restore(): void {
    if (current !== this) {
      throw new TimeError("Cannot restore time: time is already restored");
    }
    current = undefined;
    Object.assign(globalThis, REAL);
  }

  [Symbol.dispose](): void {
    this.restore();
  }
}
