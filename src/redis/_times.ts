/** The times that commands take, and the deadlines that they make. */

import { ReplyError } from "../base/errors.ts";
import { INTEGER_MAX, isInteger64, parseInteger } from "./_integers.ts";

/**
 * How a time is given: `EX` and `EXAT` in seconds, `PX` and `PXAT` in
 * milliseconds, the first of each from now on, the second since the epoch.
 */
export type TimeUnit = "EX" | "PX" | "EXAT" | "PXAT";

/**
 * The deadline that a time makes.
 *
 * @param command The name of the command, for its error.
 * @param unit How the time is given.
 * @param time The time, a text of digits.
 * @param now The current time in ms since the epoch.
 * @returns The deadline in ms since the epoch; it may be past.
 * @throws {ReplyError} If the time is no integer, or too far off.
 */
export function deadlineFor(
  command: string,
  unit: TimeUnit,
  time: string,
  now: number,
): number {
  let deadline = parseInteger(time);
  if (unit.startsWith("EX")) deadline *= 1000n;
  if (!isInteger64(deadline)) throw invalidTime(command);
  if (unit.endsWith("AT")) return Number(deadline);
  const whole = Math.floor(now);
  deadline += BigInt(whole);
  if (deadline > INTEGER_MAX) throw invalidTime(command);
  return Number(deadline) + (now - whole);
}

/** How many ms from now on a small time is, `undefined` where it is a date. */
export function lifeFor(unit: unknown, time: number): number | undefined {
  return unit === "EX" ? time * 1000 : unit === "PX" ? time : undefined;
}

/** As `deadlineFor`, where the time has to be above zero. */
export function positiveDeadlineFor(
  command: string,
  unit: TimeUnit,
  time: string,
  now: number,
): number {
  if (parseInteger(time) <= 0n) throw invalidTime(command);
  return deadlineFor(command, unit, time, now);
}

function invalidTime(command: string): ReplyError {
  return new ReplyError(`ERR invalid expire time in '${command}' command`);
}
