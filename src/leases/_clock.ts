/** The time by this process's own clock, which nobody can set, and timers by it. */

import { unrefTimer } from "../base/runtime.ts";

/** The longest delay of a timer; a longer one fires at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** How early a timer may fire, in ms. */
const EARLY_MS = 2;

/** How far `performance.now` is behind the timers, in ms. */
let ahead = 0;

/** The time in ms, from some moment on. Unlike `Date.now`, it never jumps. */
export function now(): number {
  return performance.now() + ahead;
}

/**
 * Calls `run` at a time, or earlier where that is more than 24 days ahead.
 *
 * @param keepsAlive Whether the process stays alive for it.
 * @returns Stops the timer.
 */
export function setTimer(
  time: number,
  keepsAlive: boolean,
  run: () => void,
): () => void {
  const start = now();
  const delay = Math.min(Math.max(0, time - start), MAX_DELAY_MS);
  const timer = setTimeout(() => {
    // Where `performance.now` stands still between two events (workerd), or the timers are a test's.
    const late = start + delay - now();
    if (late > EARLY_MS) ahead += late;
    run();
  }, delay);
  if (!keepsAlive) unrefTimer(timer);
  return () => clearTimeout(timer);
}

/**
 * Waits for some ms, or until a promise is settled; the process stays alive for it.
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
