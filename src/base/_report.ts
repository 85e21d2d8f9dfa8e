/** Reports errors that cannot be thrown to a caller: those of a callback, a logger, the sweeper. */

import { isThenable } from "./_checks.ts";
import type { Logger } from "./logger.ts";

/** A handler of such errors, such as the `onError` of a store. */
export type OnError = (error: unknown) => unknown;

/**
 * Passes an error to `onError`; never throws. Without `onError`, or when `onError` itself throws or
 * rejects, the error goes to `console.error`.
 */
export function report(onError: OnError | undefined, error: unknown): void {
  if (onError === undefined) return lastResort(error);
  try {
    watch(undefined, onError(error));
  } catch (failure) {
    lastResort(failure);
  }
}

/**
 * Reports the rejection of an asynchronous callback, now or later; never throws. `onUnreadable`
 * gets the error of a `then` that cannot be read.
 */
export function watch(
  onError: OnError | undefined,
  result: unknown,
  onUnreadable: OnError | undefined = onError,
): void {
  try {
    if (!isThenable(result)) return;
  } catch (error) {
    return report(onUnreadable, error);
  }
  try {
    result.then(undefined, (error) => report(onError, error));
  } catch (error) {
    report(onError, error);
  }
}

/**
 * A logger that passes lines on, and neither throws nor rejects: errors of the given logger go to
 * `onError`, by default to `console.error`.
 */
export function guardLogger(logger: Logger, onError?: OnError): Logger {
  const guarded = (level: keyof Logger) => (line: string): void => {
    try {
      watch(onError, logger[level](line));
    } catch (error) {
      report(onError, error);
    }
  };
  return {
    debug: guarded("debug"),
    info: guarded("info"),
    warn: guarded("warn"),
    error: guarded("error"),
  };
}

function lastResort(error: unknown): void {
  try {
    console.error(error);
  } catch {
    // Nothing is left to report it to, and the caller must go on.
  }
}
