/** The commands that count. */

import { ReplyError } from "../base/errors.ts";
import { sent, sentKey } from "./_arguments.ts";
import {
  INTEGER_MIN,
  isInteger64,
  parseInteger,
  parseSmallInteger,
} from "./_integers.ts";
import {
  addLongDoubles,
  formatLongDouble,
  type LongDouble,
  parseLongDouble,
} from "./_long_double.ts";
import type { Keyspace, StoredEntry, StoredValue } from "./keyspace.ts";

const KEY_INCREMENT: readonly string[] = ["key", "increment"];
const KEY_DECREMENT: readonly string[] = ["key", "decrement"];
/** The entry of an absent key. */
const ZERO: StoredEntry = { value: "0", deadline: Infinity };

/** INCR and DECR. */
export function addOne(
  keyspace: Keyspace,
  command: "incr" | "decr",
  args: unknown[],
): number {
  return add(keyspace, sentKey(command, args), command === "incr" ? 1 : -1);
}

/** INCRBY. */
export function incrby(keyspace: Keyspace, args: unknown[]): number {
  const [key, increment] = sent("incrby", args, KEY_INCREMENT);
  return add(keyspace, key, readAmount(increment));
}

/** INCRBYFLOAT. */
export function incrbyfloat(keyspace: Keyspace, args: unknown[]): string {
  const [key, increment] = sent("incrbyfloat", args, KEY_INCREMENT);
  return keyspace.atomically("write", () => {
    const { value, deadline } = keyspace.entry(key) ?? ZERO;
    const text = addFloats(value, increment);
    keyspace.set(key, text, deadline);
    return text;
  }, true);
}

/** DECRBY. */
export function decrby(keyspace: Keyspace, args: unknown[]): number {
  const [key, decrement] = sent("decrby", args, KEY_DECREMENT);
  const amount = readAmount(decrement);
  if (amount === INTEGER_MIN) {
    throw new ReplyError("ERR decrement would overflow");
  }
  return add(keyspace, key, -amount);
}

/** Reads an increment: as a number if sums with it are exact, else as a bigint. */
function readAmount(text: string): number | bigint {
  return parseSmallInteger(text) ?? parseInteger(text);
}

/** Adds to the integer of a key. */
function add(
  keyspace: Keyspace,
  key: string,
  amount: number | bigint,
): number {
  return keyspace.atomically("write", () => {
    const { value, deadline } = keyspace.entry(key) ?? ZERO;
    const sum = sumOf(value, amount);
    keyspace.set(key, String(sum), deadline);
    return Number(sum);
  }, true);
}

/** The sum of two integers: a number if that is exact, else a bigint. */
function sumOf(value: StoredValue, amount: number | bigint): number | bigint {
  if (typeof amount === "number") {
    const integer = parseSmallInteger(value);
    if (integer !== undefined) return integer + amount;
  }
  const sum = parseInteger(value) + BigInt(amount);
  if (isInteger64(sum)) return sum;
  throw new ReplyError("ERR increment or decrement would overflow");
}

/** The sum of two numbers, formatted as the server does. */
function addFloats(value: StoredValue, increment: string): string {
  const a = parseNumber(value);
  const b = parseNumber(increment);
  const sum = a === Infinity || b === Infinity
    ? undefined
    : addLongDoubles(a as LongDouble, b as LongDouble);
  if (sum === undefined) {
    throw new ReplyError("ERR increment would produce NaN or Infinity");
  }
  return formatLongDouble(sum);
}

/** Reads a number, or an infinity. */
function parseNumber(value: StoredValue): LongDouble | typeof Infinity {
  const number = typeof value === "string" ? parseLongDouble(value) : undefined;
  if (number === undefined) {
    throw new ReplyError("ERR value is not a valid float");
  }
  return number;
}
