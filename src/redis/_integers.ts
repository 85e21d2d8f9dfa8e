/** Signed 64-bit integers, exact, as the server reads and keeps them. */

import { ReplyError } from "../base/errors.ts";
import type { StoredValue } from "./keyspace.ts";

/** The greatest 64-bit integer. */
export const INTEGER_MAX: bigint = 2n ** 63n - 1n;
/** The least 64-bit integer. */
export const INTEGER_MIN: bigint = -(2n ** 63n);

/** Whether a number takes 64 bits and no more. */
export function isInteger64(value: bigint): boolean {
  return value >= INTEGER_MIN && value <= INTEGER_MAX;
}

/**
 * Reads an integer. Only its one shortest spelling will do: no space, no plus,
 * no leading zero, no exponent.
 *
 * @param value The text, an argument or a stored value.
 * @returns The integer.
 * @throws {ReplyError} If it is none, or takes more than 64 bits.
 */
export function parseInteger(value: StoredValue): bigint {
  if (typeof value === "string" && /^(0|-?[1-9]\d{0,18})$/.test(value)) {
    const integer = BigInt(value);
    if (isInteger64(integer)) return integer;
  }
  throw new ReplyError("ERR value is not an integer or out of range");
}

const ZERO = 0x30;
const MINUS = 0x2d;

/**
 * Reads an integer of up to 15 digits, in a fraction of the time: sums of two such are exact.
 *
 * @param value The text, an argument or a stored value.
 * @returns The integer, `undefined` if it is another text or none such.
 */
export function parseSmallInteger(value: StoredValue): number | undefined {
  if (typeof value !== "string") return undefined;
  const { length } = value;
  let i = 0;
  if (value.charCodeAt(0) === MINUS) i = 1;
  if (length === i || length - i > 15) return undefined;
  // "0" alone begins with a zero, and "-0" is none.
  if (value.charCodeAt(i) === ZERO) return length === 1 ? 0 : undefined;
  let integer = 0;
  for (let j = i; j < length; j++) {
    const digit = value.charCodeAt(j) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    integer = 10 * integer + digit;
  }
  return i === 0 ? integer : -integer;
}
