/** Queues for leases: in each process one poller for a key; waiters are served in order. */

import { delay, now } from "./_clock.ts";

/** The first pause between two attempts, in ms. */
const FIRST_PAUSE_MS = 5;
/** The longest pause, in ms. */
const MAX_PAUSE_MS = 1000;

/** A request of a waiter. */
export interface Request<T> {
  /**
   * Tries to acquire the lease.
   *
   * @param isLikely Whether the lease is probably free.
   * @returns The lease; `undefined` if another owner holds it.
   */
  attempt(isLikely: boolean): Promise<T | undefined>;
  /** The TTL of the lease, in ms. */
  readonly ttl: number;
  /** How long to wait, in ms; 0: one attempt. */
  readonly wait: number;
  /** Stops the waiting. */
  readonly signal: AbortSignal | undefined;
}

interface Waiter<T> {
  readonly request: Request<T>;
  readonly deadline: number;
  resolve(result: T | undefined): void;
  reject(error: unknown): void;
  /** The listener of the signal. */
  abort(): void;
}

/** The pause after an attempt, in ms: random, doubled each time up to a tenth of the TTL. */
export function pauseAfter(attempts: number, ttl: number): number {
  const doubled = FIRST_PAUSE_MS * 2 ** Math.min(attempts, 10);
  const most = Math.min(doubled, ttl / 10, MAX_PAUSE_MS);
  return most * (0.5 + Math.random() / 2);
}

class WaitQueue<T extends { release(): Promise<unknown> }> {
  readonly #waiters = new Set<Waiter<T>>();
  /** Ends the pause between two attempts, if there is one. */
  #endPause: (isWoken: boolean) => void = () => {};

  /** Adds a waiter. After the first one, {@linkcode run} must be called. */
  join(request: Request<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const { signal, wait } = request;
      const abort = () => this.#take(waiter)?.reject(signal!.reason);
      const deadline = now() + wait;
      const waiter = { request, deadline, resolve, reject, abort };
      signal?.addEventListener("abort", abort);
      this.#waiters.add(waiter);
      // The current pause may be longer than `wait`.
      if (wait < Infinity) this.#endPause(false);
    });
  }

  /** Makes attempts for the first waiter until the queue is empty; then calls `onEmpty`. */
  async run(onEmpty: () => void): Promise<void> {
    let attempts = 0;
    while (this.#waiters.size > 0) {
      // A waiter that joins during an attempt waits for the next attempt.
      const asked = [...this.#waiters];
      const first = asked[0]!;
      try {
        const result = await first.request.attempt(attempts === 0);
        attempts = result === undefined ? attempts + 1 : 0;
        if (result !== undefined && this.#take(first) === undefined) {
          // Its caller has stopped waiting.
          await result.release();
          continue;
        }
        if (result !== undefined) first.resolve(result);
        const time = now();
        for (const waiter of asked) {
          if (waiter.deadline <= time) this.#take(waiter)?.resolve(undefined);
        }
      } catch (error) {
        for (const waiter of asked) this.#take(waiter)?.reject(error);
      }
      const [next] = this.#waiters;
      if (next && await this.#pause(attempts, next.request.ttl)) attempts = 0;
    }
    onEmpty();
  }

  /** Starts the next attempt at once: the key may be free. */
  wake(): void {
    this.#endPause(true);
  }

  /** Removes a waiter from the queue; `undefined` if it is no longer there. */
  #take(waiter: Waiter<T>): Waiter<T> | undefined {
    if (!this.#waiters.delete(waiter)) return undefined;
    waiter.request.signal?.removeEventListener("abort", waiter.abort);
    if (this.#waiters.size === 0) this.wake();
    return waiter;
  }

  /** Waits until the next attempt; returns whether it was woken. */
  async #pause(attempts: number, ttl: number): Promise<boolean> {
    let ms = pauseAfter(attempts, ttl);
    const time = now();
    for (const { deadline } of this.#waiters) {
      ms = Math.min(ms, deadline - time);
    }
    let isWoken = false;
    const ended = new Promise<void>((resolve) => {
      this.#endPause = (is) => {
        isWoken ||= is;
        resolve();
      };
    });
    await delay(ms, undefined, ended);
    return isWoken;
  }
}

// deno-lint-ignore no-explicit-any
const queuesOf = new WeakMap<object, Map<string, WaitQueue<any>>>();

/**
 * Waits for the lease of a key of a backend.
 *
 * @returns The lease; `undefined` if another owner held it for as long as `wait`.
 */
export function waitFor<T extends { release(): Promise<unknown> }>(
  storage: object,
  key: string,
  request: Request<T>,
): Promise<T | undefined> {
  let queues = queuesOf.get(storage);
  if (queues === undefined) queuesOf.set(storage, queues = new Map());
  const queue = queues.get(key);
  if (queue !== undefined) return queue.join(request);
  const made = new WaitQueue<T>();
  queues.set(key, made);
  const result = made.join(request);
  made.run(() => queues.delete(key));
  return result;
}

/** Lets the waiters for a key in this process try at once. */
export function wake(storage: object, key: string): void {
  queuesOf.get(storage)?.get(key)?.wake();
}
