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
import { CounterCommands } from "./counters.ts";
import type { Keyspace } from "./keyspace.ts";

/**
 * When `expire` and its kin give a key a new deadline: if it has none
 * (`"NX"`), if it has one (`"XX"`), if the new one is later (`"GT"`) or
 * earlier (`"LT"`) than the one it has, where none counts as never.
 *
 * @example Only ever prolonging
 * ```ts
 * import { type ExpireCondition, InMemoryStorage } from "@mayfly/store";
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

/** The commands that set and read when a key expires. */
export abstract class ExpiryCommands extends CounterCommands {
  /**
   * Gives a key a time to live: Redis's `EXPIRE`. A time of zero or less
   * removes the key.
   *
   * @param key The key.
   * @param seconds How long the key lives from now on, in seconds.
   * @param condition When to do so: if the key has no deadline (`"NX"`), if it
   *   has one (`"XX"`), if the new one is later (`"GT"`) or earlier (`"LT"`)
   *   than the one it has, where none counts as never.
   * @returns `1` if it was done, `0` if the key is absent or the condition does
   *   not hold.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the time is not an integer or too far off, or the
   *   conditions are unknown or exclude each other.
   *
   * @example A minute from now
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.expire("color", 60), 1);
   * assertEquals(storage.expire("color", 30, "GT"), 0);
   * assertEquals(storage.ttl("color"), 60);
   * ```
   */
  expire(
    key: string | number,
    seconds: number | string,
    ...condition: ExpireCondition[]
  ): 0 | 1;
  expire(...args: unknown[]): 0 | 1 {
    return expire(this.keyspace, "expire", "EX", args);
  }

  /**
   * Gives a key a time to live in milliseconds: Redis's `PEXPIRE`. A time of
   * zero or less removes the key.
   *
   * @param key The key.
   * @param milliseconds How long the key lives from now on, in milliseconds.
   * @param condition When to do so: if the key has no deadline (`"NX"`), if it
   *   has one (`"XX"`), if the new one is later (`"GT"`) or earlier (`"LT"`)
   *   than the one it has, where none counts as never.
   * @returns `1` if it was done, `0` if the key is absent or the condition does
   *   not hold.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the time is not an integer or too far off, or the
   *   conditions are unknown or exclude each other.
   *
   * @example Half a minute from now
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.pexpire("color", 30_000), 1);
   * assertEquals(storage.ttl("color"), 30);
   * ```
   */
  pexpire(
    key: string | number,
    milliseconds: number | string,
    ...condition: ExpireCondition[]
  ): 0 | 1;
  pexpire(...args: unknown[]): 0 | 1 {
    return expire(this.keyspace, "pexpire", "PX", args);
  }

  /**
   * Gives a key a deadline: Redis's `EXPIREAT`. One that is past removes the
   * key.
   *
   * @param key The key.
   * @param unixSeconds The deadline, in seconds since the epoch.
   * @param condition When to do so: if the key has no deadline (`"NX"`), if it
   *   has one (`"XX"`), if the new one is later (`"GT"`) or earlier (`"LT"`)
   *   than the one it has, where none counts as never.
   * @returns `1` if it was done, `0` if the key is absent or the condition does
   *   not hold.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the time is not an integer or too far off, or the
   *   conditions are unknown or exclude each other.
   *
   * @example Until the year 2100
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.expireat("color", 4102444800), 1);
   * assertEquals(storage.expiretime("color"), 4102444800);
   * ```
   */
  expireat(
    key: string | number,
    unixSeconds: number | string,
    ...condition: ExpireCondition[]
  ): 0 | 1;
  expireat(...args: unknown[]): 0 | 1 {
    return expire(this.keyspace, "expireat", "EXAT", args);
  }

  /**
   * Gives a key a deadline in milliseconds: Redis's `PEXPIREAT`. One that is
   * past removes the key.
   *
   * @param key The key.
   * @param unixMilliseconds The deadline, in milliseconds since the epoch.
   * @param condition When to do so: if the key has no deadline (`"NX"`), if it
   *   has one (`"XX"`), if the new one is later (`"GT"`) or earlier (`"LT"`)
   *   than the one it has, where none counts as never.
   * @returns `1` if it was done, `0` if the key is absent or the condition does
   *   not hold.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the time is not an integer or too far off, or the
   *   conditions are unknown or exclude each other.
   *
   * @example Until the year 2100
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.pexpireat("color", Date.UTC(2100, 0)), 1);
   * assertEquals(storage.pexpiretime("color"), Date.UTC(2100, 0));
   * ```
   */
  pexpireat(
    key: string | number,
    unixMilliseconds: number | string,
    ...condition: ExpireCondition[]
  ): 0 | 1;
  pexpireat(...args: unknown[]): 0 | 1 {
    return expire(this.keyspace, "pexpireat", "PXAT", args);
  }

  /**
   * Replies with the time a key has left: Redis's `TTL`.
   *
   * @param key The key.
   * @returns The time in seconds, a half rounded up; `-1` if the key never
   *   expires, `-2` if it is absent.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example The time left
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.setex("color", 60, "red");
   * assertEquals(storage.ttl("color"), 60);
   * storage.persist("color");
   * assertEquals(storage.ttl("color"), -1);
   * assertEquals(storage.ttl("shape"), -2);
   * ```
   */
  ttl(key: string | number): number;
  ttl(...args: unknown[]): number {
    const key = sentKey("ttl", args);
    const now = this.keyspace.now();
    return timeReply(this.keyspace.deadline(key, now), now, 1000);
  }

  /**
   * Replies with the time a key has left, in milliseconds: Redis's `PTTL`.
   *
   * @param key The key.
   * @returns The time in milliseconds; `-1` if the key never expires, `-2` if
   *   it is absent.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example The time left
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.pttl("color"), -1);
   * assertEquals(storage.pttl("shape"), -2);
   * ```
   */
  pttl(key: string | number): number;
  pttl(...args: unknown[]): number {
    const key = sentKey("pttl", args);
    const now = this.keyspace.now();
    return timeReply(this.keyspace.deadline(key, now), now, 1);
  }

  /**
   * Replies with the deadline of a key: Redis's `EXPIRETIME`.
   *
   * @param key The key.
   * @returns The deadline in seconds since the epoch, a half rounded up; `-1`
   *   if the key never expires, `-2` if it is absent.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example Until the year 2100
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red", "EXAT", 4102444800);
   * assertEquals(storage.expiretime("color"), 4102444800);
   * ```
   */
  expiretime(key: string | number): number;
  expiretime(...args: unknown[]): number {
    const key = sentKey("expiretime", args);
    return timeReply(this.keyspace.deadline(key), 0, 1000);
  }

  /**
   * Replies with the deadline of a key, in milliseconds: Redis's `PEXPIRETIME`.
   *
   * @param key The key.
   * @returns The deadline in milliseconds since the epoch; `-1` if the key
   *   never expires, `-2` if it is absent.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example Until the year 2100
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red", "PXAT", Date.UTC(2100, 0));
   * assertEquals(storage.pexpiretime("color"), Date.UTC(2100, 0));
   * ```
   */
  pexpiretime(key: string | number): number;
  pexpiretime(...args: unknown[]): number {
    const key = sentKey("pexpiretime", args);
    return timeReply(this.keyspace.deadline(key), 0, 1);
  }

  /**
   * Takes the deadline of a key away: Redis's `PERSIST`.
   *
   * @param key The key.
   * @returns `1` if it had one, else `0`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example A value to keep
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.setex("color", 60, "red");
   * assertEquals(storage.persist("color"), 1);
   * assertEquals(storage.persist("color"), 0);
   * assertEquals(storage.ttl("color"), -1);
   * ```
   */
  persist(key: string | number): 0 | 1;
  persist(...args: unknown[]): 0 | 1 {
    const key = sentKey("persist", args);
    const { keyspace } = this;
    return keyspace.atomically("write", () => {
      if ((keyspace.deadline(key) ?? Infinity) === Infinity) return 0;
      keyspace.expire(key, Infinity);
      return 1;
    }, true);
  }
}

/** EXPIRE and its kin. */
function expire(
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

/** Whether the conditions hold for a key that has one deadline and is to have another. */
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

/** The server's error for an option, which it quotes as one line of text. */
function unsupported(option: string): ReplyError {
  const nul = option.indexOf("\0");
  let end = nul < 0 ? option.length : nul;
  // Not by a pattern: one for "line breaks at the end" tries each of them as the first.
  while (end > 0 && /[\r\n]/.test(option[end - 1] as string)) end--;
  const line = option.slice(0, end).replace(/[\r\n]/g, " ");
  return new ReplyError(`ERR Unsupported option ${line}`);
}

/** The time from one instant to a deadline in a unit of so many ms. */
function timeReply(
  deadline: number | undefined,
  from: number,
  unit: number,
): number {
  if (deadline === undefined) return -2;
  if (deadline === Infinity) return -1;
  return Math.round(Math.max(deadline - from, 0) / unit);
}
