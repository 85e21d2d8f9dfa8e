/** The commands that list keys. */

import { ReplyError } from "../base/errors.ts";
import { OPTION, readOptions, sent, syntaxError } from "./_arguments.ts";
import { globMatcher } from "./_glob.ts";
import { parseInteger } from "./_integers.ts";
import type { Keyspace } from "./keyspace.ts";

/**
 * An option of `scan`: a glob pattern for the keys (`"MATCH"`), the type of the
 * values (`"TYPE"`), or the approximate number of keys to look at (`"COUNT"`,
 * `10` by default).
 *
 * @example Options in a variable
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import type { ScanOption } from "@mayfly/store/redis";
 * import { assertEquals } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * const threads: ScanOption = ["MATCH", "thread:*"];
 * storage.mset("thread:1", "Hi", "user:1", "Ada");
 * assertEquals(storage.scan(0, ...threads), ["0", ["thread:1"]]);
 * ```
 */
export type ScanOption =
  | [match: "MATCH", pattern: string]
  | [count: "COUNT", keys: number | string]
  | [type: "TYPE", name: string];

const CURSOR: readonly string[] = ["cursor"];
const PATTERN: readonly string[] = ["pattern"];
const SCAN_OPTIONS = { COUNT: true, MATCH: true, TYPE: true };
const MAX_CURSOR = 2n ** 64n - 1n;

/** KEYS. */
export function keys(keyspace: Keyspace, args: unknown[]): string[] {
  const [pattern] = sent("keys", args, PATTERN);
  return [...keyspace.keys()].filter(globMatcher(pattern));
}

/** SCAN. */
export function scan(
  keyspace: Keyspace,
  args: unknown[],
): [cursor: string, keys: string[]] {
  const words = sent("scan", args, CURSOR, OPTION);
  const cursor = parseCursor(words[0]);
  let count = 10;
  let pattern = "*";
  let type = "string";
  for (const [word, operand] of readOptions(words, 1, SCAN_OPTIONS)) {
    if (word === "MATCH") {
      pattern = operand;
    } else if (word === "TYPE") {
      type = operand;
    } else {
      count = Number(parseInteger(operand));
      if (count < 1) throw syntaxError();
    }
  }
  const [next, keys] = keyspace.scan(cursor, count);
  const isString = /^string(\0|$)/i.test(type);
  return [String(next), isString ? keys.filter(globMatcher(pattern)) : []];
}

/** Parses a cursor as C's `strtoul` does: any sign, leading zeros, and empty is 0. */
function parseCursor(text: string): number {
  const match = /^(?:([+-]?)(\d+))?(?:\0|$)/.exec(text);
  const digits = (match?.[2] ?? "0").replace(/^0+(?=\d)/, "");
  // Parsing many digits takes quadratic time.
  const cursor = digits.length > 20 ? MAX_CURSOR + 1n : BigInt(digits);
  if (match === null || cursor > MAX_CURSOR) {
    throw new ReplyError("ERR invalid cursor");
  }
  return Number(match[1] === "-" ? BigInt.asUintN(64, -cursor) : cursor);
}
