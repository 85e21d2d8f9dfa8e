/**
 * The interface between the Redis commands and a place that stores keys. `RedisCommands` offers
 * every command over a class that implements it.
 */

/**
 * A stored value: text, or the bytes of a value that is not valid UTF-8.
 *
 * @example The length of a value in bytes
 * ```ts
 * import type { StoredValue } from "@mayfly/store/redis";
 * import { assertEquals } from "@std/assert";
 *
 * function byteLength(value: StoredValue): number {
 *   return typeof value === "string"
 *     ? new TextEncoder().encode(value).length
 *     : value.length;
 * }
 * assertEquals(byteLength("é"), 2);
 * assertEquals(byteLength(Uint8Array.of(0xff)), 1);
 * ```
 */
export type StoredValue = string | Uint8Array;

/**
 * The value and the deadline of a live key.
 *
 * @example A value that never expires
 * ```ts
 * import type { StoredEntry } from "@mayfly/store/redis";
 *
 * const entry: StoredEntry = { value: "red", deadline: Infinity };
 * ```
 */
export interface StoredEntry {
  /** The value. */
  readonly value: StoredValue;
  /** The deadline of the key: ms since the epoch, `Infinity` for never. */
  readonly deadline: number;
}

/**
 * A set of keys, each with a value and a deadline. All calls are synchronous and see live keys
 * only: a key whose deadline is reached (`now >= deadline`) is absent. Each call is a transaction
 * of its own; {@linkcode Keyspace.atomically} makes several calls one transaction.
 *
 * A caller that has just read the keyspace's clock may pass the time as `now`; then the call does
 * not read the clock again.
 *
 * @example The commands over any keyspace
 * ```ts
 * import { type Keyspace, RedisCommands } from "@mayfly/store/redis";
 * import { assertEquals } from "@std/assert";
 *
 * function commandsOver(keyspace: Keyspace): RedisCommands {
 *   return new RedisCommands(keyspace);
 * }
 * assertEquals(typeof commandsOver, "function");
 * ```
 */
export interface Keyspace {
  /**
   * The clock: ms since the epoch. Within {@linkcode Keyspace.atomically} it always returns the
   * same time.
   */
  now(): number;
  /**
   * Runs several calls as one transaction: no other writer writes between them, all see the same
   * time, and if `run` throws, everything is rolled back, evictions and log lines included.
   *
   * A nested transaction joins the outer one: if it throws, its own part is rolled back, and the
   * outer one too unless it catches the error. `"write"` inside `"read"` throws.
   *
   * @param mode `"read"` if `run` writes nothing.
   * @param run Makes the calls.
   * @param once Whether `run` writes at most once and cannot fail after that. Then there is nothing
   *   to roll back, and a keyspace may skip the bookkeeping.
   * @returns The result of `run`.
   */
  atomically<T>(mode: "read" | "write", run: () => T, once?: boolean): T;
  /**
   * Grows when a transaction or a nested transaction is rolled back, a failed commit included, and
   * when another connection has written. A caller that caches what it wrote drops its cache when the
   * number grows. If absent, nothing that was written may be cached.
   */
  readonly undone?: number | undefined;
  /** The value of a live key, or `undefined`. Counts as a use of the key. */
  get(key: string): StoredValue | undefined;
  /** The value and the deadline of a live key, or `undefined`. Counts as a use. */
  entry(key: string): StoredEntry | undefined;
  /** Whether a key is live. Does not count as a use. */
  has(key: string): boolean;
  /**
   * The deadline of a live key: ms since the epoch, `Infinity` for never, `undefined` when absent.
   * Does not count as a use.
   */
  deadline(key: string, now?: number): number | undefined;
  /**
   * Stores a value with a deadline (ms since the epoch, `Infinity` for never). A deadline in the
   * past removes the key.
   */
  set(key: string, value: StoredValue, deadline: number, now?: number): void;
  /**
   * Sets the deadline of a live key; a deadline in the past removes the key. Returns whether the
   * key was live.
   */
  expire(key: string, deadline: number, now?: number): boolean;
  /** Removes a key. Returns whether it was live. */
  delete(key: string): boolean;
  /**
   * The length of a value in bytes, `undefined` when absent. The cost does not depend on the
   * length. Does not count as a use.
   */
  length(key: string): number | undefined;
  /**
   * The bytes `from` (included) to `to` (excluded) of a value, where 0 <= from <= to <= its
   * length; `undefined` when absent. Costs what it returns. Counts as a use.
   */
  range(key: string, from: number, to: number): StoredValue | undefined;
  /**
   * Appends to a value and leaves the deadline. An absent key counts as an empty value that never
   * expires. Costs what it appends. Returns the new length in bytes.
   */
  append(key: string, value: StoredValue): number;
  /**
   * Overwrites a value from a byte offset on and leaves the deadline; a gap before the offset is
   * filled with zero bytes. An absent key counts as an empty value that never expires. Costs what
   * it writes. Returns the new length in bytes.
   */
  overwrite(key: string, offset: number, value: StoredValue): number;
  /** The number of live keys. */
  count(): number;
  /** Removes all keys. */
  clear(): void;
  /** The live keys, in any order. */
  keys(): Iterable<string>;
  /**
   * One step of an iteration over all keys, which starts with cursor `0`. The step examines about
   * `count` keys and returns the next cursor (a whole number below 2^53; `0` ends the iteration)
   * and the live keys that it found. A key that is live during the whole iteration is returned at
   * least once.
   */
  scan(cursor: number, count: number): [cursor: number, keys: string[]];
  /** A random live key, `undefined` if there is none. */
  random(): string | undefined;
  /** Releases the resources of the keyspace, such as a timer or a file. Idempotent. */
  close(): void;
}
