/**
 * The interface of a storage backend: the commands that `InMemoryStorage`, `SqliteStorage`,
 * `ioredis`, `iovalkey` and Bun's `RedisClient` share.
 *
 * @module
 */

/**
 * The result of a command of a {@linkcode StorageBackend}: the reply itself, or a promise of it.
 * `await` works on both.
 *
 * @typeParam T The type of the reply.
 *
 * @example Awaiting a reply
 * ```ts
 * import { getStorageBackend, type Reply } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const reply: Reply<string | null> = getStorageBackend().get("no such key");
 * assertEquals(await reply, null);
 * ```
 */
export type Reply<T> = T | Promise<T>;

/**
 * A numeric argument of a command: a number, or its digits as text.
 *
 * @example The time of a lock
 * ```ts
 * import { getStorageBackend, type Numeric } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const lifetime: Numeric = 30_000; // or "30000"
 * const storage = getStorageBackend();
 * assertEquals(await storage.set("lock", "mine", "PX", lifetime, "NX"), "OK");
 * assertEquals(await storage.set("lock", "yours", "PX", lifetime, "NX"), null);
 * ```
 */
export type Numeric = number | string;

/**
 * An option of `SET` and `GETEX` that is followed by a time: `"EX"` seconds, `"PX"` milliseconds,
 * `"EXAT"` seconds since the epoch, `"PXAT"` milliseconds since the epoch.
 *
 * @example Usage
 * ```ts
 * import { getStorageBackend, type TimeUnit } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const unit: TimeUnit = "PX";
 * await getStorageBackend().set("color", "red", unit, 60_000);
 * assertEquals(await getStorageBackend().ttl("color"), 60);
 * ```
 */
export type TimeUnit = "EX" | "PX" | "EXAT" | "PXAT";

/**
 * The Redis commands that `InMemoryStorage`, `ioredis`, `iovalkey` and Bun's `RedisClient` all have
 * with the same name, argument order and reply. Code that keeps its state in a backend uses only
 * these. An instance of any of these classes is a `StorageBackend` as it is.
 *
 * `await` every result, and put both the call and the `await` inside a `try`: `InMemoryStorage`
 * throws at once, a client rejects. All have the server's error messages, but different error
 * classes (see {@linkcode isReplyError}).
 *
 * Commands and forms that the clients do not share are left out: lists are passed as separate
 * arguments, not as an array; `expire` and the like have no `"NX"`, `"XX"`, `"GT"`, `"LT"` (Bun's
 * client ignores them and sets the deadline); keys and values are strings.
 *
 * @example Code that runs on any backend
 * ```ts
 * import { getStorageBackend, type StorageBackend } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * async function visits(storage: StorageBackend, id: string): Promise<number> {
 *   const count = await storage.incr(`visits:${id}`);
 *   await storage.expire(`visits:${id}`, 3600);
 *   return count;
 * }
 *
 * assertEquals(await visits(getStorageBackend(), "ada"), 1);
 * assertEquals(await visits(getStorageBackend(), "ada"), 2);
 * ```
 */
export interface StorageBackend {
  /** Returns the value of a key, or `null`. */
  get(key: string): Reply<string | null>;
  /** Stores a value that never expires, even if the key had a TTL. */
  set(key: string, value: string): Reply<"OK">;
  /** Stores the value if the key is absent (`"NX"`) or exists (`"XX"`); else returns `null`. */
  set(key: string, value: string, condition: "NX" | "XX"): Reply<"OK" | null>;
  /** Stores the value and returns the old one. */
  set(key: string, value: string, get: "GET"): Reply<string | null>;
  /** Stores the value under a condition; returns the old one. */
  set(
    key: string,
    value: string,
    condition: "NX" | "XX",
    get: "GET",
  ): Reply<string | null>;
  /** Stores the value; the key keeps its deadline. */
  set(key: string, value: string, keepTtl: "KEEPTTL"): Reply<"OK">;
  /** As `"KEEPTTL"`, under a condition; else returns `null`. */
  set(
    key: string,
    value: string,
    keepTtl: "KEEPTTL",
    condition: "NX" | "XX",
  ): Reply<string | null>;
  /** As `"KEEPTTL"`; returns the old value. */
  set(
    key: string,
    value: string,
    keepTtl: "KEEPTTL",
    get: "GET",
  ): Reply<string | null>;
  /** As `"KEEPTTL"`, under a condition; returns the old value. */
  set(
    key: string,
    value: string,
    keepTtl: "KEEPTTL",
    condition: "NX" | "XX",
    get: "GET",
  ): Reply<string | null>;
  /** Stores a value with a TTL or a deadline. */
  set(
    key: string,
    value: string,
    unit: TimeUnit,
    time: Numeric,
  ): Reply<"OK">;
  /** The same, under a condition; else returns `null`. */
  set(
    key: string,
    value: string,
    unit: TimeUnit,
    time: Numeric,
    condition: "NX" | "XX",
  ): Reply<string | null>;
  /** The same; returns the old value. */
  set(
    key: string,
    value: string,
    unit: TimeUnit,
    time: Numeric,
    get: "GET",
  ): Reply<string | null>;
  /** The same, under a condition; returns the old value. */
  set(
    key: string,
    value: string,
    unit: TimeUnit,
    time: Numeric,
    condition: "NX" | "XX",
    get: "GET",
  ): Reply<string | null>;
  /** Stores a value with a TTL in seconds: a positive whole number. */
  setex(key: string, seconds: Numeric, value: string): Reply<"OK">;
  /**
   * Stores a value with a TTL in milliseconds: a positive whole number. The reply is `"OK"`, but
   * `ioredis` does not declare its type.
   */
  psetex(key: string, milliseconds: Numeric, value: string): unknown;
  /** Stores a value if the key is absent. Returns `1`, else `0`. */
  setnx(key: string, value: string): Reply<number>;
  /** Stores a value that never expires; returns the old one. */
  getset(key: string, value: string): Reply<string | null>;
  /** Removes a key and returns its value. */
  getdel(key: string): Reply<string | null>;
  /** Returns the value of a key; its TTL does not change. */
  getex(key: string): Reply<string | null>;
  /** Returns the value of a key and sets its TTL or deadline. */
  getex(key: string, unit: TimeUnit, time: Numeric): Reply<string | null>;
  /** Returns the value of a key and removes its deadline. */
  getex(key: string, persist: "PERSIST"): Reply<string | null>;
  /** Returns the values in the order of the keys, `null` for each that is absent. */
  mget(...keys: string[]): Reply<(string | null)[]>;
  /** Stores values that never expire. Keys and values in turn. */
  mset(...keysAndValues: string[]): Reply<"OK">;
  /** Stores values as `mset`, but only if all keys are absent. Returns `1`, else `0`. */
  msetnx(...keysAndValues: string[]): Reply<number>;
  /** Appends text to a value; returns its new length in bytes. */
  append(key: string, value: string): Reply<number>;
  /** Returns the length of a value in bytes; `0` for an absent key. */
  strlen(key: string): Reply<number>;
  /** Returns the bytes `start` to `end`, both included; negative offsets count from the end. */
  getrange(key: string, start: Numeric, end: Numeric): Reply<string>;
  /** Overwrites a value from the byte `offset` on; returns its new length in bytes. */
  setrange(key: string, offset: Numeric, value: string): Reply<number>;
  /** Adds 1 and returns the sum. An absent key counts as 0. */
  incr(key: string): Reply<number>;
  /** Adds a whole number and returns the sum. */
  incrby(key: string, increment: Numeric): Reply<number>;
  /** Adds any number and returns the sum as text. */
  incrbyfloat(key: string, increment: Numeric): Reply<string>;
  /** Subtracts 1 and returns the difference. */
  decr(key: string): Reply<number>;
  /** Subtracts a whole number and returns the difference. */
  decrby(key: string, decrement: Numeric): Reply<number>;
  /** Removes keys; returns the number of those that existed. */
  del(...keys: string[]): Reply<number>;
  /** As `del`; a server frees the memory later. */
  unlink(...keys: string[]): Reply<number>;
  /**
   * Returns `1` if a key exists, else `0`; Bun's client returns `true` or `false`. Use it as a
   * condition. Bun's client accepts only one key.
   */
  exists(key: string): Reply<number | boolean>;
  /**
   * Sets the TTL of a key in seconds; `0` removes the key. Returns `1`, or `0` if the key is
   * absent. Bun's client accepts 0 to 2,147,483,647.
   */
  expire(key: string, seconds: Numeric): Reply<number>;
  /** As `expire`, in milliseconds. */
  pexpire(key: string, milliseconds: Numeric): Reply<number>;
  /**
   * Sets the deadline of a key in seconds since the epoch. Returns `1`, or `0` if the key is
   * absent.
   */
  expireat(key: string, unixSeconds: Numeric): Reply<number>;
  /** As `expireat`, in milliseconds since the epoch. */
  pexpireat(key: string, unixMilliseconds: Numeric): Reply<number>;
  /** Returns the TTL of a key in seconds, `-1` if it never expires, `-2` if it is absent. */
  ttl(key: string): Reply<number>;
  /** Returns the TTL of a key in milliseconds, `-1` if it never expires, `-2` if it is absent. */
  pttl(key: string): Reply<number>;
  /**
   * Returns the deadline of a key in seconds since the epoch, `-1` if it never expires, `-2` if it
   * is absent.
   */
  expiretime(key: string): Reply<number>;
  /**
   * Returns the deadline of a key in milliseconds since the epoch, `-1` if it never expires, `-2`
   * if it is absent.
   */
  pexpiretime(key: string): Reply<number>;
  /** Removes the deadline of a key. Returns `1`, or `0` if it had none. */
  persist(key: string): Reply<number>;
  /** Marks keys as used; returns the number of those that exist. */
  touch(...keys: string[]): Reply<number>;
  /** Returns the keys that match a glob pattern, in no particular order. */
  keys(pattern: string): Reply<string[]>;
  /**
   * Runs one step of an iteration over all keys; returns `[cursor, keys]`. Start with `0`, pass the
   * returned cursor to the next call, and stop when it is `"0"`.
   */
  scan(cursor: Numeric): Reply<[cursor: string, keys: string[]]>;
  /** A step that returns only keys that match the pattern. */
  scan(
    cursor: Numeric,
    match: "MATCH",
    pattern: string,
  ): Reply<[cursor: string, keys: string[]]>;
  /** A step that examines about `hint` keys. */
  scan(
    cursor: Numeric,
    count: "COUNT",
    hint: Numeric,
  ): Reply<[cursor: string, keys: string[]]>;
  /** A step that returns only keys of the type. */
  scan(
    cursor: Numeric,
    type: "TYPE",
    name: string,
  ): Reply<[cursor: string, keys: string[]]>;
  /** A step with a pattern and a count. */
  scan(
    cursor: Numeric,
    match: "MATCH",
    pattern: string,
    count: "COUNT",
    hint: Numeric,
  ): Reply<[cursor: string, keys: string[]]>;
  /** A step with a pattern and a type. */
  scan(
    cursor: Numeric,
    match: "MATCH",
    pattern: string,
    type: "TYPE",
    name: string,
  ): Reply<[cursor: string, keys: string[]]>;
  /** A step with a count and a type. */
  scan(
    cursor: Numeric,
    count: "COUNT",
    hint: Numeric,
    type: "TYPE",
    name: string,
  ): Reply<[cursor: string, keys: string[]]>;
  /** A step with a pattern, a count and a type. */
  scan(
    cursor: Numeric,
    match: "MATCH",
    pattern: string,
    count: "COUNT",
    hint: Numeric,
    type: "TYPE",
    name: string,
  ): Reply<[cursor: string, keys: string[]]>;
  /** Returns a random key, or `null` if the database is empty. */
  randomkey(): Reply<string | null>;
  /** Renames a key; its deadline moves with it. */
  rename(key: string, newKey: string): Reply<"OK">;
  /** Renames a key if no key has the new name. Returns `1`, else `0`. */
  renamenx(key: string, newKey: string): Reply<number>;
  /** Copies a value and its deadline to a key that is absent. Returns `1`, else `0`. */
  copy(source: string, destination: string): Reply<number>;
  /** Copies a value and its deadline, also over an existing key. */
  copy(source: string, destination: string, replace: "REPLACE"): Reply<number>;
  /** Returns the type of a value, or `"none"`. */
  type(key: string): Reply<string>;
  /** Returns the number of keys. */
  dbsize(): Reply<number>;
  /** Removes all keys of the database. */
  flushdb(): Reply<"OK">;
  /** Removes all keys of the database; a server frees the memory later. */
  flushdb(mode: "ASYNC"): Reply<"OK">;
  /** Removes all keys of the database. */
  flushdb(mode: "SYNC"): Reply<"OK">;
  /** Removes all keys of all databases. */
  flushall(): Reply<"OK">;
  /** Removes all keys of all databases; a server frees the memory later. */
  flushall(mode: "ASYNC"): Reply<"OK">;
  /** Removes all keys of all databases. */
  flushall(mode: "SYNC"): Reply<"OK">;
}
