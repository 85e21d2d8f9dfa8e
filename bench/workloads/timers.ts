/**
 * Looks over the shoulder of a store's timers: how often they fire and how long
 * what they call takes. That shows when a sweeper has come to rest, without a
 * call to the store, which might remove what is due by itself.
 */

const startTimer = globalThis.setTimeout;
const startInterval = globalThis.setInterval;

/** What the watched timers did. */
export interface TimerLog {
  fired: number;
  /** When the last one came to its end, by `performance.now()`. */
  lastEnd: number;
}

type Callback = (...args: unknown[]) => void;

/** From here on counts all timers that are started by the globals. */
export function watchTimers(): TimerLog {
  const log: TimerLog = { fired: 0, lastEnd: 0 };
  const watched = (callback: Callback): Callback => (...args) => {
    log.fired++;
    callback(...args);
    log.lastEnd = performance.now();
  };
  globalThis.setTimeout =
    ((callback: Callback, ...rest: [number?]) =>
      startTimer(watched(callback), ...rest)) as typeof setTimeout;
  globalThis.setInterval =
    ((callback: Callback, ...rest: [number?]) =>
      startInterval(watched(callback), ...rest)) as typeof setInterval;
  return log;
}

/** Waits without being counted. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => startTimer(resolve, ms));
}
