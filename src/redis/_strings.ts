/** The commands on whole values. */

import {
  isSmallTime,
  isText,
  KEY,
  KEY_VALUE,
  OPTION,
  readOptions,
  type Sent,
  sent,
  sentKey,
  sentKeys,
  syntaxError,
  wrongArity,
} from "./_arguments.ts";
import { lifeFor, positiveDeadlineFor, type TimeUnit } from "./_times.ts";
import { readText, toText } from "./_values.ts";
import type { Keyspace } from "./keyspace.ts";

/**
 * The new deadline that `getex` gives a key, as in {@linkcode SetExpiry}; `"PERSIST"` removes the
 * deadline.
 *
 * @example Options in a variable
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import type { GetExpiry } from "@mayfly/store/redis";
 * import { assertEquals } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * const forGood: GetExpiry = ["PERSIST"];
 * storage.setex("color", 60, "red");
 * storage.getex("color", ...forGood);
 * assertEquals(storage.ttl("color"), -1);
 * ```
 */
export type GetExpiry =
  | [unit: "EX" | "PX" | "EXAT" | "PXAT", time: number | string]
  | [persist: "PERSIST"];

/**
 * When a key that is written expires: `"EX"` after a number of seconds, `"PX"` of milliseconds,
 * `"EXAT"` and `"PXAT"` at a time in seconds or milliseconds since the epoch; with `"KEEPTTL"` it
 * keeps its deadline.
 *
 * @example Options in a variable
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import type { SetExpiry } from "@mayfly/store/redis";
 * import { assertEquals } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * const inAMinute: SetExpiry = ["EX", 60];
 * storage.set("color", "red", ...inAMinute);
 * assertEquals(storage.ttl("color"), 60);
 * ```
 */
export type SetExpiry =
  | [unit: "EX" | "PX" | "EXAT" | "PXAT", time: number | string]
  | [keepTtl: "KEEPTTL"];

/**
 * Write a key only if it is absent (`"NX"`) or only if it exists (`"XX"`).
 *
 * @example Write only if the key exists
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import type { SetCondition } from "@mayfly/store/redis";
 * import { assertEquals } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * const ifThere: SetCondition = "XX";
 * assertEquals(storage.set("color", "red", ifThere), null);
 * ```
 */
export type SetCondition = "NX" | "XX";

const KEY_SECONDS_VALUE: readonly string[] = ["key", "seconds", "value"];
const KEY_MILLISECONDS_VALUE: readonly string[] = [
  "key",
  "milliseconds",
  "value",
];
const TIMES = { EX: true, PX: true, EXAT: true, PXAT: true };
const GETEX_OPTIONS = { ...TIMES, PERSIST: false };
const SET_OPTIONS = {
  ...TIMES,
  KEEPTTL: false,
  NX: false,
  XX: false,
  GET: false,
};

/** GET. `count` is the number of arguments; more than one is an error. */
export function get(
  keyspace: Keyspace,
  count: number,
  key: unknown,
  extra?: unknown,
): string | null {
  if (typeof key !== "string" || count !== 1) {
    const [sentKey] = sent("get", [key, extra].slice(0, count), KEY);
    return readText(keyspace, sentKey);
  }
  const value = keyspace.get(key);
  if (typeof value === "string") return value;
  if (value !== undefined) return toText(value);
  // A lone surrogate in a key is stored as U+FFFD.
  return key.isWellFormed() ? null : readText(keyspace, key.toWellFormed());
}

/** GETSET. */
export function getset(keyspace: Keyspace, args: unknown[]): string | null {
  const [key, value] = sent("getset", args, KEY_VALUE);
  return keyspace.atomically("write", () => {
    const before = readText(keyspace, key);
    keyspace.set(key, value, Infinity);
    return before;
  }, true);
}

/** GETDEL. */
export function getdel(keyspace: Keyspace, args: unknown[]): string | null {
  const key = sentKey("getdel", args);
  return keyspace.atomically("write", () => {
    const value = readText(keyspace, key);
    if (value !== null) keyspace.delete(key);
    return value;
  }, true);
}

/** GETEX. */
export function getex(keyspace: Keyspace, args: unknown[]): string | null {
  const [name, unit, small] = args;
  if (args.length === 3 && isText(name) && isSmallTime(small)) {
    const life = lifeFor(unit, small);
    if (life !== undefined) {
      return readUntil(keyspace, name, () => keyspace.now() + life);
    }
  }
  const words = sent("getex", args, KEY, OPTION);
  let expiry: keyof typeof GETEX_OPTIONS | undefined;
  let time = "";
  for (const [word, operand] of readOptions(words, 1, GETEX_OPTIONS)) {
    if (expiry !== undefined && expiry !== word) throw syntaxError();
    expiry = word;
    time = operand;
  }
  if (expiry === undefined) return readText(keyspace, words[0]);
  return readUntil(
    keyspace,
    words[0],
    () =>
      expiry === "PERSIST"
        ? Infinity
        : positiveDeadlineFor("getex", expiry, time, keyspace.now()),
  );
}

/** Reads a value and sets the deadline of its key, if the key exists. */
function readUntil(
  keyspace: Keyspace,
  key: string,
  deadline: () => number,
): string | null {
  return keyspace.atomically("write", () => {
    const value = readText(keyspace, key);
    if (value !== null) keyspace.expire(key, deadline());
    return value;
  }, true);
}

/** SET. `count` is the number of arguments. */
export function set(
  keyspace: Keyspace,
  count: number,
  key: unknown,
  value: unknown,
  options: unknown[],
): string | null {
  if (isText(key) && isText(value)) {
    if (options.length === 0) {
      keyspace.set(key, value, Infinity);
      return "OK";
    }
    const [unit, time] = options;
    if (options.length === 2 && isSmallTime(time)) {
      const life = lifeFor(unit, time);
      if (life !== undefined) {
        const now = keyspace.now();
        keyspace.set(key, value, now + life, now);
        return "OK";
      }
    }
  }
  const args = [key, value, ...options].slice(0, count);
  return setWithOptions(keyspace, sent("set", args, KEY_VALUE, OPTION));
}

/** SET with any options. */
function setWithOptions(keyspace: Keyspace, words: Sent): string | null {
  const [key, value] = words;
  let condition: SetCondition | undefined;
  let expiry: TimeUnit | "KEEPTTL" | undefined;
  let time = "";
  let replyBefore = false;
  for (const [word, operand] of readOptions(words, 2, SET_OPTIONS)) {
    if (word === "GET") {
      replyBefore = true;
    } else if (word === "NX" || word === "XX") {
      if (condition !== undefined && condition !== word) throw syntaxError();
      condition = word;
    } else {
      if (expiry !== undefined && expiry !== word) throw syntaxError();
      expiry = word;
      time = operand;
    }
  }
  return keyspace.atomically("write", () => {
    const deadline = expiry === undefined
      ? Infinity
      : expiry === "KEEPTTL"
      ? keyspace.deadline(key) ?? Infinity
      : positiveDeadlineFor("set", expiry, time, keyspace.now());
    const before = replyBefore ? readText(keyspace, key) : null;
    const holds = condition === undefined ||
      (condition === "XX") === keyspace.has(key);
    if (holds) keyspace.set(key, value, deadline);
    return replyBefore ? before : holds ? "OK" : null;
  }, true);
}

/** SETEX. `count` is the number of arguments; more than three is an error. */
export function setex(
  keyspace: Keyspace,
  count: number,
  key: unknown,
  seconds: unknown,
  value: unknown,
  extra: unknown,
): "OK" {
  if (isText(key) && isSmallTime(seconds) && isText(value) && count === 3) {
    const now = keyspace.now();
    keyspace.set(key, value, now + seconds * 1000, now);
    return "OK";
  }
  const args = [key, seconds, value, extra].slice(0, count);
  return setFor(keyspace, "setex", "EX", args, KEY_SECONDS_VALUE);
}

/** PSETEX. */
export function psetex(keyspace: Keyspace, args: unknown[]): "OK" {
  return setFor(keyspace, "psetex", "PX", args, KEY_MILLISECONDS_VALUE);
}

/** SETEX and PSETEX with any arguments. */
function setFor(
  keyspace: Keyspace,
  command: string,
  unit: TimeUnit,
  args: unknown[],
  names: readonly string[],
): "OK" {
  const [key, time, value] = sent(command, args, names);
  const now = keyspace.now();
  const deadline = positiveDeadlineFor(command, unit, time, now);
  keyspace.set(key, value, deadline, now);
  return "OK";
}

/** SETNX. */
export function setnx(keyspace: Keyspace, args: unknown[]): 0 | 1 {
  const [key, value] = sent("setnx", args, KEY_VALUE);
  return keyspace.atomically("write", () => {
    if (keyspace.has(key)) return 0;
    keyspace.set(key, value, Infinity);
    return 1;
  }, true);
}

/** MGET. */
export function mget(keyspace: Keyspace, args: unknown[]): (string | null)[] {
  const keys = sentKeys("mget", args);
  const read = (key: string) => readText(keyspace, key);
  if (keys.length === 1) return keys.map(read);
  return keyspace.atomically("read", () => keys.map(read));
}

/** MSET. */
export function mset(keyspace: Keyspace, args: unknown[]): "OK" {
  const pairs = pairsOf("mset", args);
  keyspace.atomically("write", () => setAll(keyspace, pairs));
  return "OK";
}

/** MSETNX. */
export function msetnx(keyspace: Keyspace, args: unknown[]): 0 | 1 {
  const pairs = pairsOf("msetnx", args);
  return keyspace.atomically("write", () => {
    if (pairs.some(([key]) => keyspace.has(key))) return 0;
    setAll(keyspace, pairs);
    return 1;
  });
}

/** The pairs of MSET and MSETNX: a list, an array, an object or a `Map`. */
function pairsOf(command: string, args: unknown[]): [string, string][] {
  let list = args.flat();
  if (list.length === 1 && typeof list[0] === "object" && list[0] !== null) {
    // By its tag: a `Map` of another realm is not an instance of this realm's `Map`.
    const isMap = Object.prototype.toString.call(list[0]) === "[object Map]";
    const entries = isMap
      ? list[0] as Map<unknown, unknown>
      : Object.entries(list[0]);
    list = [...entries].flat();
  }
  const words: string[] = sent(command, list, KEY_VALUE, KEY_VALUE);
  if (words.length % 2 !== 0) throw wrongArity(command);
  const pairs: [string, string][] = [];
  for (let i = 0; i < words.length; i += 2) {
    pairs.push([words[i] as string, words[i + 1] as string]);
  }
  return pairs;
}

function setAll(keyspace: Keyspace, pairs: [string, string][]): void {
  for (const [key, value] of pairs) keyspace.set(key, value, Infinity);
}
