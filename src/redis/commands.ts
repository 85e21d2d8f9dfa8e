import { showKeyspace } from "./_keyspace_of.ts";
import { append, getrange, setrange, strlen } from "./_bytes.ts";
import { addOne, decrby, incrby, incrbyfloat } from "./_counters.ts";
import {
  expire,
  expiretime,
  persist,
  pexpiretime,
  pttl,
  ttl,
} from "./_expiry.ts";
import {
  copy,
  dbsize,
  exists,
  flush,
  randomkey,
  remove,
  rename,
  renamenx,
  touch,
  type,
} from "./_keys.ts";
import { keys, scan } from "./_scan.ts";
import {
  get,
  getdel,
  getex,
  getset,
  mget,
  mset,
  msetnx,
  psetex,
  set,
  setex,
  setnx,
} from "./_strings.ts";
import type { ExpireCondition } from "./_expiry.ts";
import type { ScanOption } from "./_scan.ts";
import type { GetExpiry, SetCondition, SetExpiry } from "./_strings.ts";
import type { Keyspace } from "./keyspace.ts";

/**
 * Redis's string and key commands over a keyspace: names, argument order, replies and errors are
 * those of `ioredis` with a server, but replies are values, not promises.
 *
 * `InMemoryStorage` and `SqliteStorage` have all of them. To offer them over another place that
 * stores keys, implement {@linkcode Keyspace}.
 *
 * @example A storage has every command
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import { RedisCommands } from "@mayfly/store/redis";
 * import { assertInstanceOf } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * assertInstanceOf(storage, RedisCommands);
 * ```
 */
export class RedisCommands {
  readonly #keyspace: Keyspace;

  /**
   * Makes the commands over a keyspace.
   *
   * @param keyspace The keys, their values and their deadlines.
   */
  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
    // Not in a static block: bundlers would keep an unused class.
    const { append, pexpire, strlen } = RedisCommands.prototype;
    showKeyspace(
      RedisCommands.prototype,
      (commands) => commands.#keyspace,
      (storage) =>
        #keyspace in storage && storage.append === append &&
        storage.pexpire === pexpire && storage.strlen === strlen,
    );
  }

  /** The keys, their values and their deadlines. */
  protected get keyspace(): Keyspace {
    return this.#keyspace;
  }

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
    return get(this.keyspace, arguments.length, key, extra);
  }

  /**
   * Stores a value that never expires and returns the old value: Redis's `GETSET`.
   *
   * @param key The key.
   * @param value The value.
   * @returns The old value, `null` if there was none.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example Resetting a counter
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
    return getset(this.keyspace, args);
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
    return getdel(this.keyspace, args);
  }

  /**
   * Reads the value of a key and sets when it expires: Redis's `GETEX`.
   *
   * Without options the deadline stays as it is. A deadline in the past removes
   * the key.
   *
   * @param key The key.
   * @param expiry The new deadline, see {@linkcode GetExpiry}.
   * @returns The value, `null` if there is none.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the options exclude each other or, if the key exists, a time is not a
   *   positive integer in Redis's range.
   *
   * @example A read that restarts the TTL
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
    return getex(this.keyspace, args);
  }
  /**
   * Stores a value: Redis's `SET`.
   *
   * Without `"KEEPTTL"` or a time the key never expires, even if it had a TTL. The options follow
   * the value in any order, in upper or lower case.
   *
   * @param key The key.
   * @param value The value.
   * @param expiry When the key expires, see {@linkcode SetExpiry}.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the options exclude each other, or a time is not a positive integer in
   *   Redis's range.
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
   * Stores a value only if the key is absent (`"NX"`) or only if it exists (`"XX"`).
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
   * Stores a value and returns the old value (`"GET"`).
   *
   * @param key The key.
   * @param value The value.
   * @param options `"GET"`, a condition, and when the key expires.
   * @returns The old value, `null` if there was none; if the condition does not hold, the value,
   *   which stays.
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
    return set(this.keyspace, arguments.length, key, value, options);
  }

  /**
   * Stores a value with a TTL in seconds: Redis's `SETEX`.
   *
   * @param key The key.
   * @param seconds The TTL in seconds: a positive whole number.
   * @param value The value.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the seconds are not a positive integer in Redis's range.
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
    return setex(this.keyspace, arguments.length, key, seconds, value, extra);
  }

  /**
   * Stores a value with a TTL in milliseconds: Redis's `PSETEX`.
   *
   * @param key The key.
   * @param milliseconds The TTL in milliseconds: a positive whole number.
   * @param value The value.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the milliseconds are not a positive integer in Redis's range.
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
    return psetex(this.keyspace, args);
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
    return setnx(this.keyspace, args);
  }
  /**
   * Reads the values of several keys: Redis's `MGET`.
   *
   * @param keys The keys, spread or as one array.
   * @returns The values in the order of the keys, `null` for each that is
   *   absent.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   *
   * @example Reading two keys
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.mget("color", "shape"), ["red", null]);
   * ```
   */
  mget(...keys: (string | number)[] | [(string | number)[]]): (string | null)[];
  mget(...args: unknown[]): (string | null)[] {
    return mget(this.keyspace, args);
  }

  /**
   * Stores several values that never expire: Redis's `MSET`.
   *
   * @param pairs Keys and values in turn, spread or as one array; or an object or `Map` from keys
   *   to values.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key, or a key without a value.
   *
   * @example Pairs, an object and a Map
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset("color", "red", "shape", "round");
   * storage.mset({ color: "blue" });
   * storage.mset(new Map([["shape", "square"]]));
   * assertEquals(storage.mget("color", "shape"), ["blue", "square"]);
   * ```
   */
  mset(...pairs: (string | number)[] | [(string | number)[]]): "OK";
  /**
   * Stores several values that never expire, from an object or a `Map`.
   *
   * @param values The values.
   * @returns `"OK"`.
   * @throws {TypeError} If a key or a value cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   */
  mset(
    values:
      | Record<string, string | number>
      | ReadonlyMap<string | number, string | number>,
  ): "OK";
  mset(...args: unknown[]): "OK" {
    return mset(this.keyspace, args);
  }

  /**
   * Stores several values that never expire, but only if all keys are absent: Redis's `MSETNX`.
   *
   * @param pairs As for `mset`.
   * @returns `1` if they were stored, else `0`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key, or a key without a value.
   *
   * @example All or nothing
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.msetnx("shape", "round", "color", "blue"), 0);
   * assertEquals(storage.get("shape"), null);
   * ```
   */
  msetnx(...pairs: (string | number)[] | [(string | number)[]]): 0 | 1;
  /**
   * Stores several values, from an object or a `Map`, but only if all keys are absent.
   *
   * @param values The values.
   * @returns `1` if they were stored, else `0`.
   * @throws {TypeError} If a key or a value cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   */
  msetnx(
    values:
      | Record<string, string | number>
      | ReadonlyMap<string | number, string | number>,
  ): 0 | 1;
  msetnx(...args: unknown[]): 0 | 1 {
    return msetnx(this.keyspace, args);
  }
  /**
   * Appends text to a value: Redis's `APPEND`.
   *
   * An absent key counts as empty. The deadline does not change.
   *
   * @param key The key.
   * @param value The text to append.
   * @returns The length of the new value in bytes.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the new value would be longer than 512 MB.
   *
   * @example Writing a line at a time
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * assertEquals(storage.append("log", "started\n"), 8);
   * assertEquals(storage.append("log", "done\n"), 13);
   * assertEquals(storage.get("log"), "started\ndone\n");
   * ```
   */
  append(key: string | number, value: string | number): number;
  append(...args: unknown[]): number {
    return append(this.keyspace, args);
  }

  /**
   * Returns the length of a value: Redis's `STRLEN`.
   *
   * @param key The key.
   * @returns The length in bytes, `0` if the key is absent.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example Two characters, three bytes
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("word", "né");
   * assertEquals(storage.strlen("word"), 3);
   * ```
   */
  strlen(key: string | number): number;
  strlen(...args: unknown[]): number {
    return strlen(this.keyspace, args);
  }

  /**
   * Reads a part of a value: Redis's `GETRANGE`.
   *
   * Offsets are in bytes: `0` is the first byte, `-1` the last. Parts of a character are read as
   * U+FFFD.
   *
   * @param key The key.
   * @param start The offset of the first byte.
   * @param end The offset of the last byte.
   * @returns The part, empty if there is none.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If an offset is not an integer.
   *
   * @example The two ends of a value
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("word", "mayfly");
   * assertEquals(storage.getrange("word", 0, 2), "may");
   * assertEquals(storage.getrange("word", -3, -1), "fly");
   * ```
   */
  getrange(
    key: string | number,
    start: number | string,
    end: number | string,
  ): string;
  getrange(...args: unknown[]): string {
    return getrange(this.keyspace, args);
  }

  /**
   * Overwrites a part of a value: Redis's `SETRANGE`.
   *
   * A gap between the end of the value and the offset is filled with zero bytes. The deadline does
   * not change.
   *
   * @param key The key.
   * @param offset The offset of the part, in bytes.
   * @param value The part. If it is empty, nothing is written.
   * @returns The length of the value in bytes.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the offset is not an integer or negative, or the
   *   value would be longer than 512 MB.
   *
   * @example Replacing the end of a value
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("greeting", "Hello World");
   * assertEquals(storage.setrange("greeting", 6, "Redis"), 11);
   * assertEquals(storage.get("greeting"), "Hello Redis");
   * ```
   */
  setrange(
    key: string | number,
    offset: number | string,
    value: string | number,
  ): number;
  setrange(...args: unknown[]): number {
    return setrange(this.keyspace, args);
  }
  /**
   * Adds 1 to an integer: Redis's `INCR`.
   *
   * The stored integer is exact to 64 bits; a reply beyond 2^53 is the nearest number.
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
    return addOne(this.keyspace, "incr", args);
  }

  /**
   * Adds to an integer: Redis's `INCRBY`.
   *
   * @param key The key.
   * @param increment The number to add, a 64-bit integer.
   * @returns The sum; beyond 2^53 the nearest number.
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
    return incrby(this.keyspace, args);
  }

  /**
   * Adds to a number: Redis's `INCRBYFLOAT`.
   *
   * Computes and formats as Redis does on x86-64: with a mantissa of 64 bits, and 17 decimals
   * without trailing zeros.
   *
   * @param key The key.
   * @param increment The number to add.
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
    return incrbyfloat(this.keyspace, args);
  }

  /**
   * Subtracts 1 from an integer: Redis's `DECR`.
   *
   * @param key The key.
   * @returns The difference; beyond 2^53 the nearest number.
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
    return addOne(this.keyspace, "decr", args);
  }

  /**
   * Subtracts from an integer: Redis's `DECRBY`.
   *
   * @param key The key.
   * @param decrement The number to subtract, a 64-bit integer.
   * @returns The difference; beyond 2^53 the nearest number.
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
    return decrby(this.keyspace, args);
  }
  /**
   * Sets the TTL of a key in seconds: Redis's `EXPIRE`. A time of zero or less removes the key.
   *
   * @param key The key.
   * @param seconds The TTL from now on, in seconds.
   * @param condition Sets it only if the key has no deadline (`"NX"`), has one (`"XX"`), or if the
   *   new deadline is later (`"GT"`) or earlier (`"LT"`) than the current one. No deadline counts
   *   as later than any other.
   * @returns `1` if it was set, `0` if the key is absent or the condition does not hold.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the time is not an integer or out of range, or the conditions are
   *   unknown or exclude each other.
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
   * Sets the TTL of a key in milliseconds: Redis's `PEXPIRE`. A time of zero or less removes the
   * key.
   *
   * @param key The key.
   * @param milliseconds The TTL from now on, in milliseconds.
   * @param condition Sets it only if the key has no deadline (`"NX"`), has one (`"XX"`), or if the
   *   new deadline is later (`"GT"`) or earlier (`"LT"`) than the current one. No deadline counts
   *   as later than any other.
   * @returns `1` if it was set, `0` if the key is absent or the condition does not hold.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the time is not an integer or out of range, or the conditions are
   *   unknown or exclude each other.
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
   * Sets the deadline of a key in seconds since the epoch: Redis's `EXPIREAT`. A deadline in the
   * past removes the key.
   *
   * @param key The key.
   * @param unixSeconds The deadline, in seconds since the epoch.
   * @param condition Sets it only if the key has no deadline (`"NX"`), has one (`"XX"`), or if the
   *   new deadline is later (`"GT"`) or earlier (`"LT"`) than the current one. No deadline counts
   *   as later than any other.
   * @returns `1` if it was set, `0` if the key is absent or the condition does not hold.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the time is not an integer or out of range, or the conditions are
   *   unknown or exclude each other.
   *
   * @example A deadline in the year 2100
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
   * Sets the deadline of a key in milliseconds since the epoch: Redis's `PEXPIREAT`. A deadline in
   * the past removes the key.
   *
   * @param key The key.
   * @param unixMilliseconds The deadline, in milliseconds since the epoch.
   * @param condition Sets it only if the key has no deadline (`"NX"`), has one (`"XX"`), or if the
   *   new deadline is later (`"GT"`) or earlier (`"LT"`) than the current one. No deadline counts
   *   as later than any other.
   * @returns `1` if it was set, `0` if the key is absent or the condition does not hold.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the time is not an integer or out of range, or the conditions are
   *   unknown or exclude each other.
   *
   * @example A deadline in the year 2100
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
   * Returns the time until a key expires, in seconds: Redis's `TTL`.
   *
   * @param key The key.
   * @returns The time in seconds, rounded to the nearest; `-1` if the key never expires, `-2` if it
   *   is absent.
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
    return ttl(this.keyspace, args);
  }

  /**
   * Returns the time until a key expires, in milliseconds: Redis's `PTTL`.
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
    return pttl(this.keyspace, args);
  }

  /**
   * Returns the deadline of a key in seconds since the epoch: Redis's `EXPIRETIME`.
   *
   * @param key The key.
   * @returns The deadline in seconds since the epoch, rounded to the nearest; `-1` if the key never
   *   expires, `-2` if it is absent.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example A deadline in the year 2100
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
    return expiretime(this.keyspace, args);
  }

  /**
   * Returns the deadline of a key in milliseconds since the epoch: Redis's `PEXPIRETIME`.
   *
   * @param key The key.
   * @returns The deadline in milliseconds since the epoch; `-1` if the key
   *   never expires, `-2` if it is absent.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example A deadline in the year 2100
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
    return pexpiretime(this.keyspace, args);
  }

  /**
   * Removes the deadline of a key: Redis's `PERSIST`.
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
    return persist(this.keyspace, args);
  }
  /**
   * Removes keys: Redis's `DEL`.
   *
   * @param keys The keys, spread or as one array.
   * @returns The number of keys that existed.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   *
   * @example Removing two keys
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset("color", "red", "shape", "round");
   * assertEquals(storage.del("color", "shape", "size"), 2);
   * ```
   */
  del(...keys: (string | number)[] | [(string | number)[]]): number;
  del(...args: unknown[]): number {
    return remove(this.keyspace, "del", args);
  }

  /**
   * Removes keys: Redis's `UNLINK`. It is the same as `del` here.
   *
   * @param keys The keys, spread or as one array.
   * @returns The number of keys that existed.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   *
   * @example Removing a key
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.unlink(["color", "shape"]), 1);
   * ```
   */
  unlink(...keys: (string | number)[] | [(string | number)[]]): number;
  unlink(...args: unknown[]): number {
    return remove(this.keyspace, "unlink", args);
  }

  /**
   * Counts the keys that exist: Redis's `EXISTS`. A key that is given twice counts twice.
   *
   * @param keys The keys, spread or as one array.
   * @returns The number of keys that exist.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   *
   * @example Test whether a key exists
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.exists("color"), 1);
   * assertEquals(storage.exists("color", "color", "shape"), 2);
   * ```
   */
  exists(...keys: (string | number)[] | [(string | number)[]]): number;
  exists(...args: unknown[]): number {
    return exists(this.keyspace, args);
  }

  /**
   * Marks keys as used: Redis's `TOUCH`. Their deadlines do not change.
   *
   * @param keys The keys, spread or as one array.
   * @returns The number of keys that exist.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   *
   * @example Touching a key
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.touch("color", "shape"), 1);
   * ```
   */
  touch(...keys: (string | number)[] | [(string | number)[]]): number;
  touch(...args: unknown[]): number {
    return touch(this.keyspace, args);
  }

  /**
   * Returns the type of a value: Redis's `TYPE`.
   *
   * @param key The key.
   * @returns `"string"`, `"none"` if the key is absent.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example All values are strings
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.type("color"), "string");
   * assertEquals(storage.type("shape"), "none");
   * ```
   */
  type(key: string | number): "string" | "none";
  type(...args: unknown[]): "string" | "none" {
    return type(this.keyspace, args);
  }

  /**
   * Renames a key: Redis's `RENAME`. The deadline moves with it; an existing key of the new name is
   * replaced.
   *
   * @param key The key.
   * @param newKey The new name.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the key is absent.
   *
   * @example A new name
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("colour", "red");
   * storage.rename("colour", "color");
   * assertEquals(storage.get("color"), "red");
   * ```
   */
  rename(key: string | number, newKey: string | number): "OK";
  rename(...args: unknown[]): "OK" {
    return rename(this.keyspace, args);
  }

  /**
   * Renames a key if no key has the new name: Redis's `RENAMENX`.
   *
   * @param key The key.
   * @param newKey The new name.
   * @returns `1` if it was renamed, else `0`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the key is absent.
   *
   * @example A name that is taken
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset("a", 1, "b", 2);
   * assertEquals(storage.renamenx("a", "b"), 0);
   * assertEquals(storage.renamenx("a", "c"), 1);
   * ```
   */
  renamenx(key: string | number, newKey: string | number): 0 | 1;
  renamenx(...args: unknown[]): 0 | 1 {
    return renamenx(this.keyspace, args);
  }

  /**
   * Copies a value and its deadline to another key: Redis's `COPY`.
   *
   * @param source The key of the value.
   * @param destination The other key.
   * @param options `"REPLACE"` overwrites an existing key. `"DB", 0` names the database `0`, the
   *   only one.
   * @returns `1` if it was copied, `0` if the source is absent or the destination exists.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If both keys are the same, or an option is unknown.
   *
   * @example Copying over a value
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset("a", 1, "b", 2);
   * assertEquals(storage.copy("a", "b"), 0);
   * assertEquals(storage.copy("a", "b", "REPLACE"), 1);
   * assertEquals(storage.get("b"), "1");
   * ```
   */
  copy(
    source: string | number,
    destination: string | number,
    ...options:
      | []
      | ["REPLACE"]
      | ["DB", number | string]
      | ["DB", number | string, "REPLACE"]
      | ["REPLACE", "DB", number | string]
  ): 0 | 1;
  copy(...args: unknown[]): 0 | 1 {
    return copy(this.keyspace, args);
  }
  /**
   * Lists the keys that match a glob pattern: Redis's `KEYS`.
   *
   * `*` matches any bytes, `?` one byte, `[ab]` and `[a-c]` one of these bytes, `[^a]` any other
   * byte; `\` escapes the next byte.
   *
   * @param pattern The pattern.
   * @returns The keys, in no particular order.
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
    return keys(this.keyspace, args);
  }

  /**
   * Runs one step of an iteration over all keys: Redis's `SCAN`.
   *
   * A key that exists during the whole iteration is returned at least once.
   *
   * @param cursor `0` to start, then the cursor that the last step returned.
   * @param options Up to three options, in any order: see {@linkcode ScanOption}.
   * @returns The cursor of the next step, `"0"` after the last one, and the
   *   keys of this step.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the cursor is invalid, or an option is unknown.
   *
   * @example Iterate over all keys
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
    return scan(this.keyspace, args);
  }
  /**
   * Returns a random key: Redis's `RANDOMKEY`.
   *
   * @returns A key, `null` if there is none.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example The only key
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * assertEquals(storage.randomkey(), null);
   * storage.set("color", "red");
   * assertEquals(storage.randomkey(), "color");
   * ```
   */
  randomkey(): string | null;
  randomkey(...args: unknown[]): string | null {
    return randomkey(this.keyspace, args);
  }

  /**
   * Counts the keys: Redis's `DBSIZE`.
   *
   * @returns The number of live keys.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example Counting keys
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset("color", "red", "shape", "round");
   * assertEquals(storage.dbsize(), 2);
   * ```
   */
  dbsize(): number;
  dbsize(...args: unknown[]): number {
    return dbsize(this.keyspace, args);
  }

  /**
   * Removes all keys: Redis's `FLUSHDB`.
   *
   * @param mode `"ASYNC"` or `"SYNC"`, which do the same here.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the mode is unknown.
   *
   * @example Remove all keys
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.flushdb(), "OK");
   * assertEquals(storage.dbsize(), 0);
   * ```
   */
  flushdb(mode?: "ASYNC" | "SYNC"): "OK";
  flushdb(...args: unknown[]): "OK" {
    return flush(this.keyspace, "flushdb", args);
  }

  /**
   * Removes all keys of all databases: Redis's `FLUSHALL`. Here there is only one, so it is the
   * same as `flushdb`.
   *
   * @param mode `"ASYNC"` or `"SYNC"`, which do the same here.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the mode is unknown.
   *
   * @example Remove all keys
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.flushall("ASYNC"), "OK");
   * assertEquals(storage.dbsize(), 0);
   * ```
   */
  flushall(mode?: "ASYNC" | "SYNC"): "OK";
  flushall(...args: unknown[]): "OK" {
    return flush(this.keyspace, "flushall", args);
  }
}
