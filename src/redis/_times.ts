/** The times in arguments of commands, as deadlines. */

import { ReplyError } from "../base/errors.ts";
import { INTEGER_MAX, isInteger64, parseInteger } from "./_integers.ts";

/**
 * The unit of a time: `EX` seconds and `PX` milliseconds from now, `EXAT` seconds
 * and `PXAT` milliseconds since the epoch.
 */
export type TimeUnit = "EX" | "PX" | "EXAT" | "PXAT";

/**
 * The deadline of a time.
 *
 * @param command The name of the command, for its error.
 * @param unit The unit of the time.
 * @param time The time, a text of digits.
 * @param now The current time in ms since the epoch.
 * @returns The deadline in ms since the epoch; it may be in the past.
 * @throws {ReplyError} If the time is not an integer, or is later than a server can store.
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

/** A time from now in ms; `undefined` for a time since the epoch. */
export function lifeFor(unit: unknown, time: number): number | undefined {
  return unit === "EX" ? time * 1000 : unit === "PX" ? time : undefined;
}

/** Like `deadlineFor`, for a time that must be positive. */
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
