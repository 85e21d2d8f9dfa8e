/** The monotonic time of this process, and timers that use it. */

import { unrefTimer } from "../base/runtime.ts";

/** The longest delay of a timer; a longer one fires at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** How early a timer may fire, in ms. */
const EARLY_MS = 2;

/** How much `performance.now` lags behind the timers, in ms. */
let ahead = 0;

/** Monotonic time in ms, from an arbitrary origin. Unlike `Date.now`, it never jumps. */
export function now(): number {
  return performance.now() + ahead;
}

/**
 * Calls `run` at a time, or earlier if that time is more than 24 days ahead.
 *
 * @param keepsAlive Whether the timer keeps the process alive.
 * @returns A function that stops the timer.
 */
export function setTimer(
  time: number,
  keepsAlive: boolean,
  run: () => void,
): () => void {
  const start = now();
  const delay = Math.min(Math.max(0, time - start), MAX_DELAY_MS);
  const timer = setTimeout(() => {
    // `performance.now` stands still between two events (workerd), or a test fakes the timers.
    const late = start + delay - now();
    if (late > EARLY_MS) ahead += late;
    run();
  }, delay);
  if (!keepsAlive) unrefTimer(timer);
  return () => clearTimeout(timer);
}

/**
 * Waits for `ms`, or until a promise is settled. Keeps the process alive.
 *
 * @throws {unknown} The reason of `signal`.
 */
export function delay(
  ms: number,
  signal?: AbortSignal,
  until?: Promise<unknown>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      stop();
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    };
    const stop = setTimer(now() + ms, true, end);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
    until?.then(end, end);
  });
}
