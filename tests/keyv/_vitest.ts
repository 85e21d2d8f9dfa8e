/** The part of Vitest that keyv's test suite asks for, on our own runner. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { afterEach, beforeEach, it } from "@std/testing/bdd";

/** How many expectations a test has had, and how many it is to have. */
let met = 0;
let planned: number | undefined;

/** What is expected of a value. */
interface Expectation {
  toBe(expected: unknown): void;
  toEqual(expected: unknown): void;
  toBeTruthy(): void;
  toBeFalsy(): void;
  toBeNull(): void;
  toBeUndefined(): void;
  toBeDefined(): void;
}

function expect(actual: unknown): Expectation {
  met++;
  return {
    toBe: (expected) => assertStrictEquals(actual, expected),
    toEqual: (expected) => assertEquals(actual, expected),
    toBeTruthy: () => assert(actual),
    toBeFalsy: () => assert(!actual),
    toBeNull: () => assertStrictEquals(actual, null),
    toBeUndefined: () => assertStrictEquals(actual, undefined),
    toBeDefined: () => assert(actual !== undefined),
  };
}

expect.assertions = (count: number) => {
  planned = count;
};

type Body = (context: { expect: typeof expect }) => void | Promise<void>;

/** What the suite calls `test`, without the tests of some names. */
export function vitest(leftOut: readonly string[] = []): object {
  return {
    beforeEach,
    afterEach,
    it(name: string, body: Body): void {
      if (leftOut.includes(name)) return;
      it(name, async () => {
        met = 0;
        planned = undefined;
        await body({ expect });
        assertEquals(met, planned ?? met, "the number of expectations");
      });
    },
  };
}
