/**
 * What the Redis commands need of a place that keeps keys: read, write,
 * remove, iterate, and a deadline for each key. A second keyspace (a file,
 * say) gets every command by implementing this interface alone.
 */

/**
 * A stored value: text, or the bytes of a value that is not valid UTF-8.
 *
 * @example How long it is in bytes
 * ```ts
 * import type { StoredValue } from "@mayfly/store";
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
 * A set of keys, each with a value and a deadline. All calls are synchronous. Where a call
 * takes `now`, it is what the caller has just read from the keyspace's clock, which then is not read again.
 *
 * @example The commands over any keyspace
 * ```ts
 * import { type Keyspace, RedisCommands } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * function commandsOver(keyspace: Keyspace): RedisCommands {
 *   return new RedisCommands(keyspace);
 * }
 * assertEquals(typeof commandsOver, "function");
 * ```
 */
export interface Keyspace {
  /** The keyspace's clock: ms since the epoch. */
  now(): number;
  /** The value of a live key, or `undefined`. */
  get(key: string): StoredValue | undefined;
  /**
   * Stores a value. `deadline` is in ms since the epoch, `Infinity` for never;
   * without it the key keeps the deadline that it has (`Infinity` when new).
   * A deadline that is past stores nothing and removes the key.
   */
  set(key: string, value: StoredValue, deadline?: number, now?: number): void;
  /** The deadline of a live key: ms since the epoch, `Infinity` for never, `undefined` when absent. */
  deadline(key: string, now?: number): number | undefined;
  /** Gives a live key a new deadline (ms since the epoch; past: removes it). Returns whether the key was there. */
  expire(key: string, deadline: number, now?: number): boolean;
  /** Removes a key. Returns whether it was live. */
  delete(key: string): boolean;
  /** How many live keys there are. */
  readonly size: number;
  /** Removes all keys. */
  clear(): void;
  /** The live keys, in the order they were added. */
  keys(): IterableIterator<string>;
  /**
   * One step of a walk over all keys. `0` starts it; the step looks at about `count` places and
   * returns the cursor of the next step (`0`: the walk is done) with the live keys found there.
   * A key that is there from start to end is returned at least once.
   */
  scan(cursor: number, count: number): [cursor: number, keys: string[]];
  /** Any live key, each about as likely as another; `undefined` when there is none. */
  random(): string | undefined;
}
