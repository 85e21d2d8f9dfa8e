import { ReplyError } from "../base/errors.ts";
import { OPTION, readOptions, sent, syntaxError } from "./_arguments.ts";
import { globMatcher } from "./_glob.ts";
import { parseInteger } from "./_integers.ts";
import { KeyCommands } from "./keys.ts";

/**
 * What a step of `scan` looks for: keys that match a glob pattern
 * (`"MATCH"`), keys whose value has a type (`"TYPE"`), and about how many keys
 * it looks at (`"COUNT"`, `10` by default).
 *
 * @example Keeping the options of a call in a variable
 * ```ts
 * import { InMemoryStorage, type ScanOption } from "@mayfly/store";
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

/** The commands that list keys by pattern. */
export abstract class ScanCommands extends KeyCommands {
  /**
   * Lists the keys that match a glob pattern: Redis's `KEYS`.
   *
   * `*` is any bytes, `?` one byte, `[ab]`, `[a-c]` and `[^a]` one byte of
   * those or of the others, `\` takes the next byte as it is.
   *
   * @param pattern The pattern.
   * @returns The keys, in no certain order.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example All threads
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset("thread:1", "Hi", "thread:2", "Hello", "user:1", "Ada");
   * assertEquals(storage.keys("thread:?").sort(), ["thread:1", "thread:2"]);
   * ```
   */
  keys(pattern: string | number): string[];
  keys(...args: unknown[]): string[] {
    const [pattern] = sent("keys", args, PATTERN);
    return [...this.keyspace.keys()].filter(globMatcher(pattern));
  }

  /**
   * Does one step of a walk over all keys: Redis's `SCAN`.
   *
   * A key that is there from the first step to the last is listed at least
   * once.
   *
   * @param cursor `0` to start, then what the last step replied with.
   * @param options What to look for, see {@linkcode ScanOption}; up to three of
   *   them, in any order.
   * @returns The cursor of the next step, `"0"` after the last one, and the
   *   keys of this step.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the cursor is not one, or the options are not
   *   these.
   *
   * @example A walk over all keys
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset("thread:1", "Hi", "thread:2", "Hello", "user:1", "Ada");
   * const found = [];
   * let cursor = "0";
   * do {
   *   const [next, keys] = storage.scan(cursor, "MATCH", "thread:*");
   *   found.push(...keys);
   *   cursor = next;
   * } while (cursor !== "0");
   * assertEquals(found.sort(), ["thread:1", "thread:2"]);
   * ```
   */
  scan(
    cursor: number | string,
    ...options:
      | []
      | ScanOption
      | [...ScanOption, ...ScanOption]
      | [...ScanOption, ...ScanOption, ...ScanOption]
  ): [cursor: string, keys: string[]];
  scan(...args: unknown[]): [cursor: string, keys: string[]] {
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
    const [next, keys] = this.keyspace.scan(cursor, count);
    const isString = /^string(\0|$)/i.test(type);
    return [String(next), isString ? keys.filter(globMatcher(pattern)) : []];
  }
}

/** Reads a cursor as C's `strtoul` does: any sign, leading zeros, and empty is 0. */
function parseCursor(text: string): number {
  const match = /^(?:([+-]?)(\d+))?(?:\0|$)/.exec(text);
  const digits = (match?.[2] ?? "0").replace(/^0+(?=\d)/, "");
  // Too many to be worth reading: that takes time by the square of their number.
  const cursor = digits.length > 20 ? MAX_CURSOR + 1n : BigInt(digits);
  if (match === null || cursor > MAX_CURSOR) {
    throw new ReplyError("ERR invalid cursor");
  }
  return Number(match[1] === "-" ? BigInt.asUintN(64, -cursor) : cursor);
}
