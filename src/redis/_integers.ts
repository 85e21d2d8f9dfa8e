/** Signed 64-bit integers, exact, as the server reads and keeps them. */

import { ReplyError } from "../errors.ts";
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
