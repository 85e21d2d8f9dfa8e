/** The commands that set and read deadlines. */

import { printable } from "../base/_checks.ts";
import { ReplyError } from "../base/errors.ts";
import {
  isSmallTime,
  isText,
  OPTION,
  optionWord,
  sent,
  sentKey,
} from "./_arguments.ts";
import { deadlineFor, lifeFor, type TimeUnit } from "./_times.ts";
import type { Keyspace } from "./keyspace.ts";

/**
 * The condition under which `expire`, `pexpire`, `expireat` and `pexpireat` set a deadline: the key
 * has none (`"NX"`), the key has one (`"XX"`), or the new one is later (`"GT"`) or earlier (`"LT"`)
 * than the current one. A key without a deadline counts as one that expires later than any other.
 *
 * @example Extend a TTL, never shorten it
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import type { ExpireCondition } from "@mayfly/store/redis";
 * import { assertEquals } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * const ifLater: ExpireCondition = "GT";
 * storage.setex("session", 60, "Ada");
 * assertEquals(storage.expire("session", 30, ifLater), 0);
 * assertEquals(storage.expire("session", 90, ifLater), 1);
 * ```
 */
export type ExpireCondition = "NX" | "XX" | "GT" | "LT";

const CONDITIONS: readonly string[] = ["NX", "XX", "GT", "LT"];
const KEY_TIME: readonly string[] = ["key", "time"];

/** EXPIRE, PEXPIRE, EXPIREAT and PEXPIREAT. */
export function expire(
  keyspace: Keyspace,
  command: string,
  unit: TimeUnit,
  args: unknown[],
): 0 | 1 {
  if (args.length === 2 && isText(args[0]) && isSmallTime(args[1])) {
    const life = lifeFor(unit, args[1]);
    if (life !== undefined) {
      const now = keyspace.now();
      return keyspace.expire(args[0], now + life, now) ? 1 : 0;
    }
  }
  const [key, time, ...options] = sent(command, args, KEY_TIME, OPTION);
  const conditions = parseConditions(options);
  if (conditions.size === 0) {
    const now = keyspace.now();
    const deadline = deadlineFor(command, unit, time, now);
    return keyspace.expire(key, deadline, now) ? 1 : 0;
  }
  return keyspace.atomically("write", () => {
    const deadline = deadlineFor(command, unit, time, keyspace.now());
    const current = keyspace.deadline(key);
    if (current === undefined || !allow(conditions, current, deadline)) {
      return 0;
    }
    keyspace.expire(key, deadline);
    return 1;
  }, true);
}

/** TTL. */
export function ttl(keyspace: Keyspace, args: unknown[]): number {
  const key = sentKey("ttl", args);
  const now = keyspace.now();
  return timeReply(keyspace.deadline(key, now), now, 1000);
}

/** PTTL. */
export function pttl(keyspace: Keyspace, args: unknown[]): number {
  const key = sentKey("pttl", args);
  const now = keyspace.now();
  return timeReply(keyspace.deadline(key, now), now, 1);
}

/** EXPIRETIME. */
export function expiretime(keyspace: Keyspace, args: unknown[]): number {
  const key = sentKey("expiretime", args);
  return timeReply(keyspace.deadline(key), 0, 1000);
}

/** PEXPIRETIME. */
export function pexpiretime(keyspace: Keyspace, args: unknown[]): number {
  const key = sentKey("pexpiretime", args);
  return timeReply(keyspace.deadline(key), 0, 1);
}

/** PERSIST. */
export function persist(keyspace: Keyspace, args: unknown[]): 0 | 1 {
  const key = sentKey("persist", args);
  return keyspace.atomically("write", () => {
    if ((keyspace.deadline(key) ?? Infinity) === Infinity) return 0;
    keyspace.expire(key, Infinity);
    return 1;
  }, true);
}

/** Whether the conditions allow to replace the current deadline of a key. */
function allow(
  conditions: ReadonlySet<string>,
  current: number,
  deadline: number,
): boolean {
  const never = current === Infinity;
  return !(conditions.has("NX") && !never ||
    conditions.has("XX") && never ||
    conditions.has("GT") && deadline <= current ||
    conditions.has("LT") && deadline >= current);
}

function parseConditions(options: string[]): Set<string> {
  const words = new Set(options.map((option) => {
    const word = optionWord(option);
    if (!CONDITIONS.includes(word)) throw unsupported(option);
    return word;
  }));
  if (words.has("NX") && words.size > 1) {
    throw new ReplyError(
      "ERR NX and XX, GT or LT options at the same time are not compatible",
    );
  }
  if (words.has("GT") && words.has("LT")) {
    throw new ReplyError(
      "ERR GT and LT options at the same time are not compatible",
    );
  }
  return words;
}

/** The server's error for an unknown option, which it quotes on one line. */
function unsupported(option: string): ReplyError {
  const nul = option.indexOf("\0");
  let end = nul < 0 ? option.length : nul;
  // Not a regular expression: it takes quadratic time for trailing line breaks.
  while (end > 0 && /[\r\n]/.test(option[end - 1] as string)) end--;
  const line = option.slice(0, end).replace(/[\r\n]/g, " ");
  return new ReplyError(`ERR Unsupported option ${printable(line)}`);
}

/** The time from `from` to a deadline, in units of `unit` ms. */
function timeReply(
  deadline: number | undefined,
  from: number,
  unit: number,
): number {
  if (deadline === undefined) return -2;
  if (deadline === Infinity) return -1;
  return Math.round(Math.max(deadline - from, 0) / unit);
}
