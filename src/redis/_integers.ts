/** Signed 64-bit integers, exact, as on the server. */

import { ReplyError } from "../base/errors.ts";
import type { StoredValue } from "./keyspace.ts";

/** The greatest 64-bit integer. */
export const INTEGER_MAX: bigint = 2n ** 63n - 1n;
/** The least 64-bit integer. */
export const INTEGER_MIN: bigint = -(2n ** 63n);

/** Whether an integer fits 64 bits. */
export function isInteger64(value: bigint): boolean {
  return value >= INTEGER_MIN && value <= INTEGER_MAX;
}

/**
 * Parses an integer in its shortest form: no space, no plus, no leading zero, no
 * exponent.
 *
 * @param value The text, an argument or a stored value.
 * @returns The integer.
 * @throws {ReplyError} If it is not an integer of 64 bits.
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
 * Parses an integer of at most 15 digits, much faster. The sum of two of them is exact.
 *
 * @param value The text, an argument or a stored value.
 * @returns The integer, `undefined` for any other text.
 */
export function parseSmallInteger(value: StoredValue): number | undefined {
  if (typeof value !== "string") return undefined;
  const { length } = value;
  let i = 0;
  if (value.charCodeAt(0) === MINUS) i = 1;
  if (length === i || length - i > 15) return undefined;
  // Only "0" may begin with a zero; "-0" is not an integer.
  if (value.charCodeAt(i) === ZERO) return length === 1 ? 0 : undefined;
  let integer = 0;
  for (let j = i; j < length; j++) {
    const digit = value.charCodeAt(j) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    integer = 10 * integer + digit;
  }
  return i === 0 ? integer : -integer;
}
