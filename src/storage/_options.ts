/** The options that every storage has. */

import {
  checkFinite,
  checkPositive,
  checkType,
  MILLISECONDS,
} from "../_checks.ts";
import type { Logger } from "../logger.ts";
import { readTimeoutHours } from "./_config.ts";

const HOUR = 3_600_000;
/** The sweeper runs no more often than this, in ms, unless it is told to. */
const MIN_SWEEP_INTERVAL = 300_000;
const SHARED = ["timeoutHours", "sweepInterval", "logger", "now"];

/** The options that every storage has, as they are given. */
export interface SharedOptions {
  timeoutHours?: number;
  sweepInterval?: number;
  logger?: Logger;
  now?: () => number;
}

/** The options that every storage has, checked, with their defaults. */
export interface CheckedOptions {
  timeoutHours: number;
  sweepInterval: number;
  logger: Logger | undefined;
  now: (() => number) | undefined;
}

/**
 * The options of a storage as its own properties alone, whatever `Object.prototype` holds.
 *
 * @param action What the caller does with them, for its errors.
 * @param options What it was given.
 * @param names The options that this storage has besides those of every storage.
 * @returns A copy without a prototype.
 * @throws {TypeError} If they are no options, or there is one that the storage does not have.
 */
export function ownOptions<Options extends object>(
  action: string,
  options: Options,
  names: readonly string[],
): Options {
  checkType(action, "options", options, "object");
  if (Symbol.iterator in options) {
    throw new TypeError(
      `Cannot ${action}: "options" must be an object of options: received an iterable`,
    );
  }
  const own: Options = Object.assign(Object.create(null), options);
  for (const name of Object.keys(own)) {
    if (SHARED.includes(name) || names.includes(name)) continue;
    throw new TypeError(
      `Cannot ${action}: there is no option ${JSON.stringify(name)}`,
    );
  }
  return own;
}

/**
 * Checks the options that every storage has.
 *
 * @throws {TypeError} One is of the wrong kind.
 * @throws {RangeError} One is out of range.
 * @throws {ConfigError} The environment holds a timeout that is not a positive whole number.
 */
export function readSharedOptions(
  action: string,
  options: SharedOptions,
): CheckedOptions {
  const { logger, now } = options;
  if (logger !== undefined) checkLogger(action, logger);
  if (now !== undefined) checkType(action, "now", now, "function");
  const { timeoutHours = readTimeoutHours(logger) } = options;
  if (options.timeoutHours !== undefined) {
    checkFinite(
      action,
      "timeoutHours",
      timeoutHours,
      "a positive, finite number of hours",
    );
  }
  const {
    sweepInterval = Math.max(timeoutHours * HOUR / 10, MIN_SWEEP_INTERVAL),
  } = options;
  checkPositive(action, "sweepInterval", sweepInterval, MILLISECONDS);
  return { timeoutHours, sweepInterval, logger, now };
}

function checkLogger(action: string, logger: unknown): void {
  checkType(action, "logger", logger, "object");
  for (const method of ["debug", "info", "warn", "error"]) {
    checkType(
      action,
      `logger.${method}`,
      (logger as Record<string, unknown>)[method],
      "function",
    );
  }
}
