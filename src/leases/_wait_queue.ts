/** Waiting for a key that somebody has: one poller for a key in a process, first come first served. */

import { now, setTimer, type Timer } from "./_clock.ts";

/** The first pause between two attempts, in ms. */
const FIRST_PAUSE_MS = 5;
/** The longest pause, in ms. */
const MAX_PAUSE_MS = 1000;

/** What a waiter wants. */
export interface Request<T> {
  /**
   * Tries to get it.
   *
   * @param isLikely Whether it is likely to be free: nobody was seen to have it.
   * @returns `undefined`: somebody else has it.
   */
  attempt(isLikely: boolean): Promise<T | undefined>;
  /** Gives back what the caller does not wait for any more. */
  giveBack(result: T): Promise<unknown>;
  /** The longest pause between two attempts, in ms, where that is less than a second. */
  longestPause: number;
  /** How long to wait, in ms; 0: for one attempt. */
  wait: number;
  /** Ends the waiting. */
  signal: AbortSignal | undefined;
}

interface Waiter<T> {
  readonly request: Request<T>;
  readonly deadline: number;
  resolve(result: T | undefined): void;
  reject(error: unknown): void;
}

/** The pause after some attempts, in ms: longer after each, up to `longest`, and random. */
export function pauseAfter(attempts: number, longest: number): number {
  const doubled = FIRST_PAUSE_MS * 2 ** Math.min(attempts, 10);
  const most = Math.min(doubled, longest, MAX_PAUSE_MS);
  return most * (0.5 + Math.random() / 2);
}

class WaitQueue<T> {
  readonly #waiters: Waiter<T>[] = [];
  #timer: Timer | undefined;
  /** When the pause between two attempts is over; before all times while there is none. */
  #until = -Infinity;
  /** Ends the pause, while there is one. */
  #endPause: ((isWoken: boolean) => void) | undefined;

  /** Waits for a turn. Who makes the queue calls {@linkcode run} after the first has joined. */
  join(request: Request<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const { signal } = request;
      const abort = () => this.#take(waiter)?.reject(signal!.reason);
      const waiter: Waiter<T> = {
        request,
        deadline: now() + request.wait,
        resolve(result) {
          signal?.removeEventListener("abort", abort);
          resolve(result);
        },
        reject(error) {
          signal?.removeEventListener("abort", abort);
          reject(error);
        },
      };
      signal?.addEventListener("abort", abort);
      this.#waiters.push(waiter);
      if (waiter.deadline < this.#until) this.#setPause(waiter.deadline);
    });
  }

  /** Tries for the first in the queue until nobody waits; then calls `onEmpty`. */
  async run(onEmpty: () => void): Promise<void> {
    let attempts = 0;
    while (this.#waiters.length > 0) {
      // Who comes during the attempt waits for the next one.
      const asked = [...this.#waiters];
      const { request } = asked[0]!;
      try {
        const result = await request.attempt(attempts === 0);
        attempts = result === undefined ? attempts + 1 : 0;
        if (result !== undefined) {
          const first = this.#take(asked[0]!);
          if (first === undefined) {
            await request.giveBack(result);
            continue;
          }
          first.resolve(result);
        }
        const time = now();
        for (const waiter of asked) {
          if (waiter.deadline <= time) this.#take(waiter)?.resolve(undefined);
        }
      } catch (error) {
        for (const waiter of asked) this.#take(waiter)?.reject(error);
      }
      if (await this.#pause(attempts)) attempts = 0;
    }
    onEmpty();
  }

  /** Tries at once, because the key may be free by now. */
  wake(): void {
    this.#endPause?.(true);
  }

  /** Takes a waiter out of the queue, where it still is. */
  #take(waiter: Waiter<T>): Waiter<T> | undefined {
    const index = this.#waiters.indexOf(waiter);
    if (index < 0) return undefined;
    this.#waiters.splice(index, 1);
    if (this.#waiters.length === 0) this.wake();
    return waiter;
  }

  /** Waits until the next attempt; returns whether it was woken. */
  #pause(attempts: number): Promise<boolean> | boolean {
    const [first] = this.#waiters;
    if (first === undefined) return false;
    let until = now() + pauseAfter(attempts, first.request.longestPause);
    for (const { deadline } of this.#waiters) until = Math.min(until, deadline);
    return new Promise((resolve) => {
      this.#endPause = (isWoken) => {
        this.#timer?.stop();
        this.#until = -Infinity;
        this.#endPause = undefined;
        resolve(isWoken);
      };
      this.#setPause(until);
    });
  }

  #setPause(until: number): void {
    this.#timer?.stop();
    this.#until = until;
    this.#timer = setTimer(until, true, () => this.#endPause?.(false));
  }
}

const queuesOf = new WeakMap<object, Map<string, WaitQueue<unknown>>>();

/**
 * Waits for a key of a backend.
 *
 * @returns `undefined` where somebody else had it for as long as the caller waits.
 */
export function waitFor<T>(
  storage: object,
  key: string,
  request: Request<T>,
): Promise<T | undefined> {
  let queues = queuesOf.get(storage);
  if (queues === undefined) queuesOf.set(storage, queues = new Map());
  let queue = queues.get(key) as WaitQueue<T> | undefined;
  if (queue !== undefined) return queue.join(request);
  queue = new WaitQueue();
  queues.set(key, queue as WaitQueue<unknown>);
  const result = queue.join(request);
  queue.run(() => queues.delete(key));
  return result;
}

/** Lets those of this process who wait for a key try at once. */
export function wake(storage: object, key: string): void {
  queuesOf.get(storage)?.get(key)?.wake();
}
