/**
 * What the Redis commands need of a place that keeps keys: read, write, remove, walk, a deadline
 * for each key, and one atomic step. A place gets every command by implementing this interface
 * alone.
 */

/** (doc comment with example as today) */
export type StoredValue = string | Uint8Array;

/** What a live key holds. */
export interface StoredEntry {
  /** The value. */
  readonly value: StoredValue;
  /** When the key dies: ms since the epoch, `Infinity` for never. */
  readonly deadline: number;
}

/**
 * A set of keys, each with a value and a deadline. All calls are synchronous and see live keys
 * only: a key whose deadline is reached (`now >= deadline`) is not there.
 */
export interface Keyspace {
  /** The clock: ms since the epoch. It stands still within {@linkcode Keyspace.atomically}. */
  now(): number;
  /**
   * Runs several calls as one step: no other writer comes between, the clock stands still, and
   * when `run` throws the step leaves no trace (evictions and log lines included). Nested, it joins
   * the step that is under way: "read" inside "write" and "write" inside "write" join; what throws
   * out of a nested step and is caught by the outer one... leaves the outer step to decide: only
   * the outermost throw undoes.   A "write" inside a "read" is a programming error (Error).
   * A step with one single call needs no `atomically`: each call is a step of its own.
   */
  atomically<T>(mode: "read" | "write", run: () => T): T;
  /** The value of a live key, or `undefined`. Counts as a use of the key (for LRU / SIEVE). */
  get(key: string): StoredValue | undefined;
  /** The value and the deadline of a live key. Counts as a use. */
  entry(key: string): StoredEntry | undefined;
  /** Whether a key is live. No use. */
  has(key: string): boolean;
  /** The deadline of a live key, `Infinity` for never, `undefined` when absent. No use. */
  deadline(key: string): number | undefined;
  /** Stores a value. A deadline (ms since the epoch, `Infinity`: never) that is reached stores nothing and removes the key. */
  set(key: string, value: StoredValue, deadline: number): void;
  /** Gives a live key a new deadline (reached: removes it). Whether the key was there. */
  expire(key: string, deadline: number): boolean;
  /** Removes a key. Whether it was live. */
  delete(key: string): boolean;
  /** How many bytes the value of a live key has; `undefined` when absent. Costs the same whatever the length. */
  length(key: string): number | undefined;
  /** The bytes `from` (included) to `to` (excluded) of a value, 0 <= from <= to <= length; `undefined` when absent. Costs what it returns. */
  range(key: string, from: number, to: number): StoredValue | undefined;
  /** Adds to the end of a value, of an empty one that never expires where the key is absent; keeps the deadline. Costs what it adds. Returns the new length in bytes. */
  append(key: string, value: StoredValue): number;
  /** Writes over a value from byte `offset` on (past the end: zero bytes between), of an empty one that never expires where the key is absent; keeps the deadline. Returns the new length in bytes. */
  overwrite(key: string, offset: number, value: StoredValue): number;
  /** How many live keys there are. */
  count(): number;
  /** Removes all keys. */
  clear(): void;
  /** The live keys, in no certain order. */
  keys(): Iterable<string>;
  /** One step of SCAN (as today). Cursors are whole numbers below 2^53; 0 starts and ends. */
  scan(cursor: number, count: number): [cursor: number, keys: string[]];
  /** Any live key, each as likely as another (about); `undefined` when there is none. */
  random(): string | undefined;
  /** Gives up what the keyspace holds: timers, a file. Twice is as good as once. */
  close(): void;
}
