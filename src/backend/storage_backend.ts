/**
 * The contract of a storage backend: what `InMemoryStorage`, `ioredis`,
 * `iovalkey` and Bun's `RedisClient` all do alike.
 *
 * @module
 */

/**
 * The result of a command of a {@linkcode StorageBackend}: the reply itself, or
 * a promise of it. `await` it and the code runs on either.
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
 * A number for a command: a number, or its digits, which go over the wire.
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
 * A word of `SET` and `GETEX` before a time: `"EX"` seconds, `"PX"` milliseconds, `"EXAT"` seconds
 * since the epoch, `"PXAT"` milliseconds since the epoch.
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
 * with the same name, argument order and reply: what code that keeps its state in a backend depends
 * on. An instance of any of these classes is a `StorageBackend` as it is.
 *
 * `await` every result, and where a command may fail, `await` it inside the
 * `try`: `InMemoryStorage` throws at once, a client rejects. The messages are
 * the server's on all of them; the classes of the errors differ ({@linkcode isReplyError}).
 *
 * Commands and forms that the clients do not share are not here: lists go in spread, not as an
 * array; `expire` and its kin have no `"NX"`, `"XX"`, `"GT"`, `"LT"` (Bun's
 * client drops the word and sets the deadline all the same); a key and a value
 * are strings.
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
  /** The value of a key, or `null`. */
  get(key: string): Reply<string | null>;
  /** Stores a value that never expires, whatever time the key had left. */
  set(key: string, value: string): Reply<"OK">;
  /** Stores the value if the key is absent (`"NX"`) or there (`"XX"`); else `null`. */
  set(key: string, value: string, condition: "NX" | "XX"): Reply<"OK" | null>;
  /** Stores the value and answers the one that was there before. */
  set(key: string, value: string, get: "GET"): Reply<string | null>;
  /** Stores the value under a condition; answers the one that was there before. */
  set(
    key: string,
    value: string,
    condition: "NX" | "XX",
    get: "GET",
  ): Reply<string | null>;
  /** Stores the value; the key keeps the time it has left. */
  set(key: string, value: string, keepTtl: "KEEPTTL"): Reply<"OK">;
  /** As `"KEEPTTL"`, under a condition; else `null`. */
  set(
    key: string,
    value: string,
    keepTtl: "KEEPTTL",
    condition: "NX" | "XX",
  ): Reply<string | null>;
  /** As `"KEEPTTL"`; answers the value that was there before. */
  set(
    key: string,
    value: string,
    keepTtl: "KEEPTTL",
    get: "GET",
  ): Reply<string | null>;
  /** As `"KEEPTTL"`, under a condition; answers the value that was there before. */
  set(
    key: string,
    value: string,
    keepTtl: "KEEPTTL",
    condition: "NX" | "XX",
    get: "GET",
  ): Reply<string | null>;
  /** Stores a value with a time to live or a deadline. */
  set(
    key: string,
    value: string,
    unit: TimeUnit,
    time: Numeric,
  ): Reply<"OK">;
  /** The same, under a condition; else `null`. */
  set(
    key: string,
    value: string,
    unit: TimeUnit,
    time: Numeric,
    condition: "NX" | "XX",
  ): Reply<string | null>;
  /** The same; answers the value that was there before. */
  set(
    key: string,
    value: string,
    unit: TimeUnit,
    time: Numeric,
    get: "GET",
  ): Reply<string | null>;
  /** The same, under a condition; answers the value that was there before. */
  set(
    key: string,
    value: string,
    unit: TimeUnit,
    time: Numeric,
    condition: "NX" | "XX",
    get: "GET",
  ): Reply<string | null>;
  /** Stores a value that expires in `seconds`, a whole number above zero. */
  setex(key: string, seconds: Numeric, value: string): Reply<"OK">;
  /**
   * Stores a value that expires in `milliseconds`, a whole number above zero.
   * The reply is `"OK"`; `ioredis` gives it no type.
   */
  psetex(key: string, milliseconds: Numeric, value: string): unknown;
  /** Stores a value if the key is absent: `1`, else `0`. */
  setnx(key: string, value: string): Reply<number>;
  /** Stores a value that never expires; answers the one that was there. */
  getset(key: string, value: string): Reply<string | null>;
  /** Removes a key; answers the value that was there. */
  getdel(key: string): Reply<string | null>;
  /** The value of a key; its time to live stays. */
  getex(key: string): Reply<string | null>;
  /** The value of a key, which from now on has this time to live or deadline. */
  getex(key: string, unit: TimeUnit, time: Numeric): Reply<string | null>;
  /** The value of a key, which from now on never expires. */
  getex(key: string, persist: "PERSIST"): Reply<string | null>;
  /** The values of the keys in their order, `null` for each that is absent. */
  mget(...keys: string[]): Reply<(string | null)[]>;
  /** Stores values that never expire: key, value, key, value. */
  mset(...keysAndValues: string[]): Reply<"OK">;
  /** As `mset` and `1`, or, if any of the keys is there, nothing and `0`. */
  msetnx(...keysAndValues: string[]): Reply<number>;
  /** Adds text at the end of a value; answers its new length in bytes. */
  append(key: string, value: string): Reply<number>;
  /** The length of a value in bytes; `0` for an absent key. */
  strlen(key: string): Reply<number>;
  /** The bytes `start` to `end`, both included; negative: from the end. */
  getrange(key: string, start: Numeric, end: Numeric): Reply<string>;
  /** Writes over a value from the byte `offset` on; answers its new length. */
  setrange(key: string, offset: Numeric, value: string): Reply<number>;
  /** Adds 1; answers the sum. An absent key counts as 0. */
  incr(key: string): Reply<number>;
  /** Adds a whole number; answers the sum. */
  incrby(key: string, increment: Numeric): Reply<number>;
  /** Adds any number; answers the sum as text. */
  incrbyfloat(key: string, increment: Numeric): Reply<string>;
  /** Takes 1 away; answers the difference. */
  decr(key: string): Reply<number>;
  /** Takes a whole number away; answers the difference. */
  decrby(key: string, decrement: Numeric): Reply<number>;
  /** Removes keys; answers how many were there. */
  del(...keys: string[]): Reply<number>;
  /** As `del`; a server frees the memory later. */
  unlink(...keys: string[]): Reply<number>;
  /**
   * `1` if a key is there, else `0`; from Bun's client `true` or `false`.
   * Use it as a condition. Bun's client looks at one key only.
   */
  exists(key: string): Reply<number | boolean>;
  /**
   * Gives a key `seconds` to live: `1`, or `0` if it is absent. `0` seconds
   * removes the key. Bun's client takes 0 to 2,147,483,647.
   */
  expire(key: string, seconds: Numeric): Reply<number>;
  /** As `expire`, in milliseconds. */
  pexpire(key: string, milliseconds: Numeric): Reply<number>;
  /** Gives a key a deadline: `1`, or `0` if it is absent. */
  expireat(key: string, unixSeconds: Numeric): Reply<number>;
  /** As `expireat`, in milliseconds since the epoch. */
  pexpireat(key: string, unixMilliseconds: Numeric): Reply<number>;
  /** The seconds a key has left; `-1`: it never expires, `-2`: absent. */
  ttl(key: string): Reply<number>;
  /** The milliseconds a key has left; `-1`: never expires, `-2`: absent. */
  pttl(key: string): Reply<number>;
  /** The deadline of a key in seconds since the epoch, `-1`, or `-2`. */
  expiretime(key: string): Reply<number>;
  /** The deadline of a key in milliseconds since the epoch, `-1`, or `-2`. */
  pexpiretime(key: string): Reply<number>;
  /** Takes the deadline of a key away: `1`, or `0` if it had none. */
  persist(key: string): Reply<number>;
  /** The number of keys that are there. */
  touch(...keys: string[]): Reply<number>;
  /** The keys that match a glob pattern, in no certain order. */
  keys(pattern: string): Reply<string[]>;
  /**
   * One step of a walk over all keys: `[cursor, keys]`. Start with `0`, pass
   * the cursor on, stop when it is `"0"`.
   */
  scan(cursor: Numeric): Reply<[cursor: string, keys: string[]]>;
  /** A step that answers only keys that match the pattern. */
  scan(
    cursor: Numeric,
    match: "MATCH",
    pattern: string,
  ): Reply<[cursor: string, keys: string[]]>;
  /** A step that looks at about `hint` keys. */
  scan(
    cursor: Numeric,
    count: "COUNT",
    hint: Numeric,
  ): Reply<[cursor: string, keys: string[]]>;
  /** A step that answers only keys of the type. */
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
  /** Any key, or `null` if the database is empty. */
  randomkey(): Reply<string | null>;
  /** Gives a key a new name; its deadline goes with it. */
  rename(key: string, newKey: string): Reply<"OK">;
  /** As `rename` and `1`, or, if the new name is taken, nothing and `0`. */
  renamenx(key: string, newKey: string): Reply<number>;
  /** Copies a value and its deadline to an absent key: `1`, else `0`. */
  copy(source: string, destination: string): Reply<number>;
  /** Copies a value and its deadline over what is there. */
  copy(source: string, destination: string, replace: "REPLACE"): Reply<number>;
  /** The type of a value, or `"none"`. */
  type(key: string): Reply<string>;
  /** The number of keys. */
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
