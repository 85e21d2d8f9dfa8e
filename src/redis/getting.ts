import {
  isSmallTime,
  isText,
  KEY,
  KEY_VALUE,
  OPTION,
  readOptions,
  sent,
  sentKey,
  syntaxError,
} from "./_arguments.ts";
import { lifeFor, positiveDeadlineFor } from "./_times.ts";
import { readText } from "./_reading.ts";
import { toText } from "./_values.ts";
import { KeyspaceCommands } from "./base.ts";
import type { Keyspace } from "./keyspace.ts";

/**
 * What `getex` does with the deadline of a key: it gives a new one, as in
 * {@linkcode SetExpiry}, or takes it away with `"PERSIST"`.
 *
 * @example Keeping the options of a call in a variable
 * ```ts
 * import { type GetExpiry, InMemoryStorage } from "@mayfly/store";
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

const OPTIONS = { EX: true, PX: true, EXAT: true, PXAT: true, PERSIST: false };

/** The commands that read one value as a whole. */
export abstract class GetCommands extends KeyspaceCommands {
  /**
   * Reads the value of a key: Redis's `GET`.
   *
   * @param key The key.
   * @returns The value, `null` if the key is absent or has expired.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example Reading a value
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.get("color"), "red");
   * assertEquals(storage.get("shape"), null);
   * ```
   */
  get(key: string | number): string | null;
  get(key: unknown, extra?: unknown): string | null {
    if (typeof key !== "string" || arguments.length !== 1) {
      const args = [key, extra].slice(0, arguments.length);
      return this.get(sent("get", args, KEY)[0]);
    }
    const value = this.keyspace.get(key);
    if (typeof value === "string") return value;
    if (value !== undefined) return toText(value);
    // Half a surrogate pair is stored, and so found, as U+FFFD.
    return key.isWellFormed() ? null : this.get(key.toWellFormed());
  }

  /**
   * Stores a value that never expires and replies with the one before: Redis's
   * `GETSET`.
   *
   * @param key The key.
   * @param value The value.
   * @returns The value before, `null` if there was none.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example Starting a counter anew
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.incrby("visits", 3);
   * assertEquals(storage.getset("visits", 0), "3");
   * assertEquals(storage.get("visits"), "0");
   * ```
   */
  getset(key: string | number, value: string | number): string | null;
  getset(...args: unknown[]): string | null {
    const [key, value] = sent("getset", args, KEY_VALUE);
    const { keyspace } = this;
    return keyspace.atomically("write", () => {
      const before = readText(keyspace, key);
      keyspace.set(key, value, Infinity);
      return before;
    }, true);
  }

  /**
   * Reads the value of a key and removes the key: Redis's `GETDEL`.
   *
   * @param key The key.
   * @returns The value, `null` if there was none.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example A value that is read once
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("token", "abc");
   * assertEquals(storage.getdel("token"), "abc");
   * assertEquals(storage.getdel("token"), null);
   * ```
   */
  getdel(key: string | number): string | null;
  getdel(...args: unknown[]): string | null {
    const key = sentKey("getdel", args);
    const { keyspace } = this;
    return keyspace.atomically("write", () => {
      const value = readText(keyspace, key);
      if (value !== null) keyspace.delete(key);
      return value;
    }, true);
  }

  /**
   * Reads the value of a key and sets when it expires: Redis's `GETEX`.
   *
   * Without options the deadline stays as it is. A deadline that is past removes
   * the key.
   *
   * @param key The key.
   * @param expiry The new deadline, or none, see {@linkcode GetExpiry}.
   * @returns The value, `null` if there is none.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the words exclude each other or, where the key is there, a
   *   time is not a positive integer that Redis can hold.
   *
   * @example A session that reading prolongs
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.setex("session", 60, "Ada");
   * assertEquals(storage.getex("session", "EX", 3600), "Ada");
   * assertEquals(storage.ttl("session"), 3600);
   * ```
   */
  getex(key: string | number, ...expiry: GetExpiry | []): string | null;
  getex(...args: unknown[]): string | null {
    const { keyspace } = this;
    const [name, unit, small] = args;
    if (args.length === 3 && isText(name) && isSmallTime(small)) {
      const life = lifeFor(unit, small);
      if (life !== undefined) return readFor(keyspace, name, life);
    }
    const words = sent("getex", args, KEY, OPTION);
    const [key] = words;
    let expiry: keyof typeof OPTIONS | undefined;
    let time = "";
    for (const [word, operand] of readOptions(words, 1, OPTIONS)) {
      if (expiry !== undefined && expiry !== word) throw syntaxError();
      expiry = word;
      time = operand;
    }
    if (expiry === undefined) return readText(keyspace, key);
    return keyspace.atomically("write", () => {
      const value = readText(keyspace, key);
      if (value !== null) {
        const deadline = expiry === "PERSIST"
          ? Infinity
          : positiveDeadlineFor("getex", expiry, time, keyspace.now());
        keyspace.expire(key, deadline);
      }
      return value;
    }, true);
  }
}

/** GETEX with so many ms to live. */
function readFor(
  keyspace: Keyspace,
  key: string,
  life: number,
): string | null {
  return keyspace.atomically("write", () => {
    const value = readText(keyspace, key);
    if (value !== null) keyspace.expire(key, keyspace.now() + life);
    return value;
  }, true);
}
