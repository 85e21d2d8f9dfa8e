/** A keyspace on a `Map`, with a clock that stands until a test moves it. */

import type { Keyspace, StoredValue } from "../../src/redis/keyspace.ts";

/** The time that a {@linkcode MapKeyspace} begins with: ms since the epoch. */
export const START: number = Date.UTC(2030, 0);

/** The simplest keyspace that does what the interface says. */
export class MapKeyspace implements Keyspace {
  /** The current time: ms since the epoch. */
  time: number = START;
  /** How many keys it holds at most; `set` throws past that. */
  capacity: number = Infinity;
  readonly #entries = new Map<
    string,
    { value: StoredValue; deadline: number }
  >();

  now(): number {
    return this.time;
  }

  get(key: string): StoredValue | undefined {
    return this.#live(key)?.value;
  }

  set(key: string, value: StoredValue, deadline?: number): void {
    const entry = this.#live(key);
    if (entry === undefined && this.size >= this.capacity) {
      throw new Error("full");
    }
    deadline ??= entry?.deadline ?? Infinity;
    if (deadline <= this.time) this.#entries.delete(key);
    else this.#entries.set(key, { value, deadline });
  }

  deadline(key: string): number | undefined {
    return this.#live(key)?.deadline;
  }

  expire(key: string, deadline: number): boolean {
    const entry = this.#live(key);
    if (entry === undefined) return false;
    this.set(key, entry.value, deadline);
    return true;
  }

  delete(key: string): boolean {
    return this.#live(key) !== undefined && this.#entries.delete(key);
  }

  get size(): number {
    return [...this.keys()].length;
  }

  clear(): void {
    this.#entries.clear();
  }

  *keys(): IterableIterator<string> {
    for (const key of [...this.#entries.keys()]) {
      if (this.#live(key) !== undefined) yield key;
    }
  }

  /** Goes through the keys in the order of their names. */
  scan(cursor: number, count: number): [cursor: number, keys: string[]] {
    const bucket = (key: string) => (key.codePointAt(0) ?? 0) % 64;
    const next = cursor + Math.ceil(count / 10);
    const found = [...this.keys()].filter((key) =>
      cursor <= bucket(key) && bucket(key) < next
    );
    return [next < 64 ? next : 0, found];
  }

  random(): string | undefined {
    const keys = [...this.keys()];
    return keys[Math.floor(Math.random() * keys.length)];
  }

  #live(key: string): { value: StoredValue; deadline: number } | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.time < entry.deadline) return entry;
    this.#entries.delete(key);
    return undefined;
  }
}
