/** The options that every storage has. */

import {
  checkFinite,
  checkPositive,
  checkType,
  MILLISECONDS,
  quote,
} from "../base/_checks.ts";
import type { Logger } from "../base/logger.ts";
import { readTimeoutHours } from "../base/_environment.ts";
import { HOUR } from "../base/_options.ts";

/** The shortest default of `sweepInterval`, in ms. */
const MIN_SWEEP_INTERVAL = 300_000;
/** The names of the options that every storage has. */
export const SHARED_OPTIONS = [
  "timeoutHours",
  "sweepInterval",
  "logger",
  "now",
] as const;

/** The options that every storage has, as the caller gives them. */
export interface SharedOptions {
  timeoutHours?: number | undefined;
  sweepInterval?: number | undefined;
  logger?: Logger | undefined;
  now?: (() => number) | undefined;
}

/** The options that every storage has, checked, with their defaults. */
export interface CheckedOptions {
  timeoutHours: number;
  sweepInterval: number;
  logger: Logger | undefined;
  now: (() => number) | undefined;
}

/**
 * Checks the options that every storage has.
 *
 * @throws {TypeError} An option has the wrong type. @throws {RangeError} One is out of range.
 * @throws {ConfigError} `CONVERSATION_TIMEOUT_HOURS` is not a positive whole number.
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

/**
 * The time that the clock of a storage returned.
 *
 * @throws {TypeError} It is not a number.
 */
export function checkClock(time: unknown): number {
  if (typeof time === "number" && time === time) return time;
  throw new TypeError(
    `Cannot tell the time: "now" must return a number of milliseconds: received ${
      quote(time)
    }`,
  );
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
