import {
  isSmallTime,
  isText,
  KEY_VALUE,
  OPTION,
  readOptions,
  type Sent,
  sent,
  syntaxError,
} from "./_arguments.ts";
import { lifeFor, positiveDeadlineFor, type TimeUnit } from "./_times.ts";
import { readText } from "./_reading.ts";
import { GetCommands } from "./getting.ts";
import type { Keyspace } from "./keyspace.ts";

/**
 * When a key that is written expires: `"EX"` in so many seconds, `"PX"` in so
 * many milliseconds, `"EXAT"` and `"PXAT"` at a time since the epoch in
 * seconds and milliseconds, `"KEEPTTL"` when it would have expired before.
 *
 * @example Keeping the options of a call in a variable
 * ```ts
 * import { InMemoryStorage, type SetExpiry } from "@mayfly/store";
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
 * Whether a key has to be absent (`"NX"`) or there (`"XX"`) to be written.
 *
 * @example Writing only over a value
 * ```ts
 * import { InMemoryStorage, type SetCondition } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * const ifThere: SetCondition = "XX";
 * assertEquals(storage.set("color", "red", ifThere), null);
 * ```
 */
export type SetCondition = "NX" | "XX";

const KEY_SECONDS_VALUE = ["key", "seconds", "value"];
const KEY_MILLISECONDS_VALUE = ["key", "milliseconds", "value"];
const OPTIONS = {
  EX: true,
  PX: true,
  EXAT: true,
  PXAT: true,
  KEEPTTL: false,
  NX: false,
  XX: false,
  GET: false,
};

/** The commands that write one value as a whole. */
export abstract class SetCommands extends GetCommands {
  /**
   * Stores a value: Redis's `SET`.
   *
   * Without `"KEEPTTL"` or a time the key never expires, whatever time it had
   * left. Redis's words follow the value in any order and any case.
   *
   * @param key The key.
   * @param value The value.
   * @param expiry When the key expires, see {@linkcode SetExpiry}.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the words exclude each other, or a time is not a positive
   *   integer that Redis can hold.
   *
   * @example A value that expires
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * assertEquals(storage.set("color", "red", "EX", 60), "OK");
   * assertEquals(storage.ttl("color"), 60);
   * ```
   */
  set(
    key: string | number,
    value: string | number,
    ...expiry: SetExpiry | []
  ): "OK";
  /**
   * Stores a value if the key is absent (`"NX"`) or if it is there (`"XX"`).
   *
   * @param key The key.
   * @param value The value.
   * @param options The condition, and when the key expires.
   * @returns `"OK"`, `null` if the condition does not hold.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} As without a condition.
   *
   * @example A lock
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * assertEquals(storage.set("lock", "mine", "EX", 30, "NX"), "OK");
   * assertEquals(storage.set("lock", "yours", "EX", 30, "NX"), null);
   * ```
   */
  set(
    key: string | number,
    value: string | number,
    ...options:
      | [SetCondition]
      | [...SetExpiry, SetCondition]
      | [SetCondition, ...SetExpiry]
  ): "OK" | null;
  /**
   * Stores a value and replies with the one before (`"GET"`).
   *
   * @param key The key.
   * @param value The value.
   * @param options `"GET"`, a condition, and when the key expires.
   * @returns The value before, `null` if there was none; with a condition that
   *   does not hold, the value that stays.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} As without `"GET"`.
   *
   * @example Swapping a value
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * assertEquals(storage.set("color", "red", "GET"), null);
   * assertEquals(storage.set("color", "blue", "GET"), "red");
   * assertEquals(storage.set("color", "green", "NX", "GET"), "blue");
   * assertEquals(storage.get("color"), "blue");
   * ```
   */
  set(
    key: string | number,
    value: string | number,
    ...options:
      | ["GET"]
      | [...SetExpiry, "GET"]
      | ["GET", ...SetExpiry]
      | [SetCondition, "GET"]
      | ["GET", SetCondition]
      | [...SetExpiry, SetCondition, "GET"]
      | [...SetExpiry, "GET", SetCondition]
      | [SetCondition, ...SetExpiry, "GET"]
      | [SetCondition, "GET", ...SetExpiry]
      | ["GET", ...SetExpiry, SetCondition]
      | ["GET", SetCondition, ...SetExpiry]
  ): string | null;
  set(key: unknown, value: unknown, ...options: unknown[]): string | null {
    if (isText(key) && isText(value)) {
      if (options.length === 0) {
        this.keyspace.set(key, value, Infinity);
        return "OK";
      }
      const [unit, time] = options;
      if (options.length === 2 && isSmallTime(time)) {
        const life = lifeFor(unit, time);
        if (life !== undefined) {
          const now = this.keyspace.now();
          this.keyspace.set(key, value, now + life, now);
          return "OK";
        }
      }
    }
    const args = [key, value, ...options].slice(0, arguments.length);
    return setWithOptions(
      this.keyspace,
      sent("set", args, KEY_VALUE, OPTION),
    );
  }

  /**
   * Stores a value that expires: Redis's `SETEX`.
   *
   * @param key The key.
   * @param seconds How long it lives, a positive whole number of seconds.
   * @param value The value.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the seconds are no positive integer that Redis can hold.
   *
   * @example A value that lives a minute
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * assertEquals(storage.setex("color", 60, "red"), "OK");
   * assertEquals(storage.ttl("color"), 60);
   * ```
   */
  setex(
    key: string | number,
    seconds: number | string,
    value: string | number,
  ): "OK";
  setex(
    key: unknown,
    seconds: unknown,
    value: unknown,
    extra?: unknown,
  ): "OK" {
    const count = arguments.length;
    if (isText(key) && isSmallTime(seconds) && isText(value) && count === 3) {
      const now = this.keyspace.now();
      this.keyspace.set(key, value, now + seconds * 1000, now);
      return "OK";
    }
    const args = [key, seconds, value, extra].slice(0, count);
    return setFor(this.keyspace, "setex", "EX", args, KEY_SECONDS_VALUE);
  }

  /**
   * Stores a value that expires, in milliseconds: Redis's `PSETEX`.
   *
   * @param key The key.
   * @param milliseconds How long it lives, a positive whole number of milliseconds.
   * @param value The value.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the milliseconds are no positive integer that Redis can
   *   hold.
   *
   * @example A value that lives half a minute
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * assertEquals(storage.psetex("color", 30_000, "red"), "OK");
   * assertEquals(storage.ttl("color"), 30);
   * ```
   */
  psetex(
    key: string | number,
    milliseconds: number | string,
    value: string | number,
  ): "OK";
  psetex(...args: unknown[]): "OK" {
    return setFor(this.keyspace, "psetex", "PX", args, KEY_MILLISECONDS_VALUE);
  }

  /**
   * Stores a value that never expires, if the key is absent: Redis's `SETNX`.
   *
   * @param key The key.
   * @param value The value.
   * @returns `1` if it was stored, else `0`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example The first one wins
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * assertEquals(storage.setnx("color", "red"), 1);
   * assertEquals(storage.setnx("color", "blue"), 0);
   * assertEquals(storage.get("color"), "red");
   * ```
   */
  setnx(key: string | number, value: string | number): 0 | 1;
  setnx(...args: unknown[]): 0 | 1 {
    const [key, value] = sent("setnx", args, KEY_VALUE);
    const { keyspace } = this;
    return keyspace.atomically("write", () => {
      if (keyspace.has(key)) return 0;
      keyspace.set(key, value, Infinity);
      return 1;
    }, true);
  }
}

/** SETEX and PSETEX. */
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

/** SET with all that may follow the value. */
function setWithOptions(keyspace: Keyspace, words: Sent): string | null {
  const [key, value] = words;
  let condition: SetCondition | undefined;
  let expiry: TimeUnit | "KEEPTTL" | undefined;
  let time = "";
  let replyBefore = false;
  for (const [word, operand] of readOptions(words, 2, OPTIONS)) {
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
