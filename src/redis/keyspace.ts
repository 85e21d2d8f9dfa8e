/**
 * What the Redis commands need of a place that keeps keys: read, write, remove, walk, a deadline
 * for each key, and one atomic step. A place gets every command by implementing this interface
 * alone.
 */

/**
 * A stored value: text, or the bytes of a value that is not valid UTF-8.
 *
 * @example How long it is in bytes
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
 * What a live key holds.
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
  /** When the key dies: ms since the epoch, `Infinity` for never. */
  readonly deadline: number;
}

/**
 * A set of keys, each with a value and a deadline. All calls are synchronous and see live keys
 * only: a key whose deadline is reached (`now >= deadline`) is not there. Each call is a step of
 * its own; {@linkcode Keyspace.atomically} makes one step of several.
 *
 * Where a call takes `now`, it is what the caller has just read from the keyspace's clock, which
 * then need not be read again.
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
  /** The clock: ms since the epoch. It stands still within {@linkcode Keyspace.atomically}. */
  now(): number;
  /**
   * Runs several calls as one step: no other writer comes between, the clock stands still, and
   * when `run` throws, the step leaves no trace, evictions and log lines included.
   *
   * Inside another step it is a part of that step: what it throws undoes this part, and the rest
   * too unless the other step catches it. `"write"` inside `"read"` is an error of the caller's.
   *
   * @param mode `"read"` if `run` writes nothing.
   * @param run The calls.
   * @param once Whether `run` writes at most once, and then does nothing that could fail: so
   *   there is never anything to undo, which a keyspace may take advantage of.
   * @returns What `run` returns.
   */
  atomically<T>(mode: "read" | "write", run: () => T, once?: boolean): T;
  /** The value of a live key, or `undefined`. Counts as a use of the key. */
  get(key: string): StoredValue | undefined;
  /** The value and the deadline of a live key, or `undefined`. Counts as a use. */
  entry(key: string): StoredEntry | undefined;
  /** Whether a key is live. No use. */
  has(key: string): boolean;
  /** The deadline of a live key: ms since the epoch, `Infinity` for never, `undefined` when absent. No use. */
  deadline(key: string, now?: number): number | undefined;
  /**
   * Stores a value until a deadline (ms since the epoch, `Infinity` for never). One that is
   * reached stores nothing and removes the key.
   */
  set(key: string, value: StoredValue, deadline: number, now?: number): void;
  /** Gives a live key a new deadline; one that is reached removes it. Returns whether the key was there. */
  expire(key: string, deadline: number, now?: number): boolean;
  /** Removes a key. Returns whether it was live. */
  delete(key: string): boolean;
  /** How many bytes the value of a live key has, `undefined` when absent. Costs the same whatever the length. No use. */
  length(key: string): number | undefined;
  /**
   * The bytes `from` (included) to `to` (excluded) of a value, where 0 <= from <= to <= its
   * length; `undefined` when absent. Costs what it returns. Counts as a use.
   */
  range(key: string, from: number, to: number): StoredValue | undefined;
  /**
   * Adds to the end of a value, of an empty one that never expires where the key is absent, and
   * leaves the deadline. Costs what it adds. Returns the new length in bytes.
   */
  append(key: string, value: StoredValue): number;
  /**
   * Writes over a value from a byte on (where that is past its end, with zero bytes between), over
   * an empty one that never expires where the key is absent, and leaves the deadline. Costs what
   * it writes. Returns the new length in bytes.
   */
  overwrite(key: string, offset: number, value: StoredValue): number;
  /** How many live keys there are. */
  count(): number;
  /** Removes all keys. */
  clear(): void;
  /** The live keys, in no certain order. */
  keys(): Iterable<string>;
  /**
   * One step of a walk over all keys. `0` starts it; the step looks at about `count` places and
   * returns the cursor of the next step (a whole number below 2^53; `0`: the walk is done) with
   * the live keys found there. A key that is there from start to end is returned at least once.
   */
  scan(cursor: number, count: number): [cursor: number, keys: string[]];
  /** Any live key, each about as likely as another; `undefined` when there is none. */
  random(): string | undefined;
  /** Gives up what the keyspace holds, such as a timer or a file. Twice is as good as once. */
  close(): void;
}
