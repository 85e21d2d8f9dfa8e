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
import { ByteCommands } from "./bytes.ts";
import type { Keyspace, StoredEntry, StoredValue } from "./keyspace.ts";

const KEY_INCREMENT: readonly string[] = ["key", "increment"];
const KEY_DECREMENT: readonly string[] = ["key", "decrement"];
/** What an absent key counts as. */
const ZERO: StoredEntry = { value: "0", deadline: Infinity };

/** The commands that count. A key keeps its deadline; an absent one counts as 0. */
export abstract class CounterCommands extends ByteCommands {
  /**
   * Adds 1 to an integer: Redis's `INCR`.
   *
   * The stored integer is exact to 64 bits; a reply past 2^53 is the nearest
   * number.
   *
   * @param key The key.
   * @returns The sum.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the value is not a 64-bit integer, or the sum would
   *   not be one.
   *
   * @example Counting visits
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * assertEquals(storage.incr("visits"), 1);
   * assertEquals(storage.incr("visits"), 2);
   * assertEquals(storage.get("visits"), "2");
   * ```
   */
  incr(key: string | number): number;
  incr(...args: unknown[]): number {
    const key = sentKey("incr", args);
    return add(this.keyspace, key, 1);
  }

  /**
   * Adds to an integer: Redis's `INCRBY`.
   *
   * @param key The key.
   * @param increment What to add, a 64-bit integer.
   * @returns The sum; past 2^53 the nearest number.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the value or the increment is not a 64-bit integer,
   *   or the sum would not be one.
   *
   * @example Counting by tens
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * assertEquals(storage.incrby("points", 10), 10);
   * assertEquals(storage.incrby("points", "10"), 20);
   * ```
   */
  incrby(key: string | number, increment: number | string): number;
  incrby(...args: unknown[]): number {
    const [key, increment] = sent("incrby", args, KEY_INCREMENT);
    return add(this.keyspace, key, readAmount(increment));
  }

  /**
   * Adds to a number: Redis's `INCRBYFLOAT`.
   *
   * Computes and writes as Redis does on x86-64: with 64 bits of mantissa, to
   * 17 decimals, zeros at their end cut.
   *
   * @param key The key.
   * @param increment What to add.
   * @returns The sum, as it is stored.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the value or the increment is not a number, or the
   *   sum would be infinite.
   *
   * @example Adding a tenth
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("price", "10.50");
   * assertEquals(storage.incrbyfloat("price", 0.1), "10.6");
   * ```
   */
  incrbyfloat(key: string | number, increment: number | string): string;
  incrbyfloat(...args: unknown[]): string {
    const [key, increment] = sent("incrbyfloat", args, KEY_INCREMENT);
    const { keyspace } = this;
    return keyspace.atomically("write", () => {
      const { value, deadline } = keyspace.entry(key) ?? ZERO;
      const text = addFloats(value, increment);
      keyspace.set(key, text, deadline);
      return text;
    }, true);
  }

  /**
   * Takes 1 from an integer: Redis's `DECR`.
   *
   * @param key The key.
   * @returns The difference; past 2^53 the nearest number.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the value is not a 64-bit integer, or the
   *   difference would not be one.
   *
   * @example Counting down
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("lives", 3);
   * assertEquals(storage.decr("lives"), 2);
   * ```
   */
  decr(key: string | number): number;
  decr(...args: unknown[]): number {
    const key = sentKey("decr", args);
    return add(this.keyspace, key, -1);
  }

  /**
   * Takes from an integer: Redis's `DECRBY`.
   *
   * @param key The key.
   * @param decrement What to take, a 64-bit integer.
   * @returns The difference; past 2^53 the nearest number.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the value or the decrement is not a 64-bit integer,
   *   or the difference would not be one.
   *
   * @example Spending points
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("points", 100);
   * assertEquals(storage.decrby("points", 30), 70);
   * ```
   */
  decrby(key: string | number, decrement: number | string): number;
  decrby(...args: unknown[]): number {
    const [key, decrement] = sent("decrby", args, KEY_DECREMENT);
    const amount = readAmount(decrement);
    if (amount === INTEGER_MIN) {
      throw new ReplyError("ERR decrement would overflow");
    }
    return add(this.keyspace, key, -amount);
  }
}

/** Reads what is to be added or taken: a number where sums with it are exact. */
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

/** The sum of two integers: a number while that is exact. */
function sumOf(value: StoredValue, amount: number | bigint): number | bigint {
  if (typeof amount === "number") {
    const integer = parseSmallInteger(value);
    if (integer !== undefined) return integer + amount;
  }
  const sum = parseInteger(value) + BigInt(amount);
  if (isInteger64(sum)) return sum;
  throw new ReplyError("ERR increment or decrement would overflow");
}

/** The sum of two numbers, as the server writes it. */
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
