/** The clock of a storage, which is not trusted. */

import { quote } from "../base/_checks.ts";

/**
 * The time that a clock answers.
 *
 * @throws {TypeError} It is no number.
 */
export function checkTime(time: unknown): number {
  if (typeof time === "number" && time === time) return time;
  throw new TypeError(
    `Cannot tell the time: "now" must return a number of milliseconds: received ${
      quote(time)
    }`,
  );
}
