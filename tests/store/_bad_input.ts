/** What some of the tests beside it share. */

import { assertEquals, assertInstanceOf } from "@std/assert";
import type { ErrorClass } from "./_support.ts";

/** What is no number at all, and how an error quotes it. */
export const NO_NUMBERS: [unknown, string][] = [
  [null, "null"],
  ["100", '"100"'],
  ["", '""'],
  [" 5 ", '" 5 "'],
  ["abc", '"abc"'],
  [true, "true"],
  [100n, "a bigint"],
  [{}, "an object"],
  [[], "an array"],
  [[100], "an array"],
  [new Date(0), "an object"],
  [() => 100, "a function"],
  [Symbol("s"), "a symbol"],
];

/** What is a number, but no life of anything. */
export const NOT_POSITIVE: [unknown, string][] = [
  [NaN, "NaN"],
  [0, "0"],
  [-0, "-0"],
  [-1, "-1"],
  [-0.5, "-0.5"],
  [-Number.MIN_VALUE, "-5e-324"],
  [-Infinity, "-Infinity"],
];

/** The same with the class of the error. */
export const NO_DURATION: [unknown, string, ErrorClass][] = [
  ...NO_NUMBERS.map(([value, quoted]): [unknown, string, ErrorClass] => [
    ...[value, quoted] as [unknown, string],
    TypeError,
  ]),
  ...NOT_POSITIVE.map(([value, quoted]): [unknown, string, ErrorClass] => [
    ...[value, quoted] as [unknown, string],
    RangeError,
  ]),
];

/** A call fails as documented: the class, not a subclass of it, and the message by its rules. */
export function assertRefused(
  call: () => unknown,
  Failure: ErrorClass,
  name: string,
  quoted: string,
): void {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  assertInstanceOf(error, Failure);
  assertEquals(error.constructor, Failure);
  const { message } = error;
  assertEquals(
    /^Cannot .+: .+: received .*[^.]$/s.test(message),
    true,
    message,
  );
  assertEquals(message.includes(`"${name}"`), true, message);
  assertEquals(message.endsWith(`received ${quoted}`), true, message);
}

export type Set = (ttl: unknown, key: string) => unknown;
