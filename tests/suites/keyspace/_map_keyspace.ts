/** A keyspace on a `Map`, with a clock that stands until a test moves it. */

import { byteLength, fromBytes, toBytes } from "../../../src/redis/_values.ts";
import { interrupted } from "./_interrupted.ts";
import type {
  Keyspace,
  StoredEntry,
  StoredValue,
} from "../../../src/redis/keyspace.ts";

/** The time that a {@linkcode MapKeyspace} begins with: ms since the epoch. */
export const START: number = Date.UTC(2030, 0);

/** The simplest keyspace that does what the interface says. */
export class MapKeyspace implements Keyspace {
  /** The current time: ms since the epoch. */
  time: number = START;
  /** How many keys it holds at most; `set` throws past that. */
  capacity: number = Infinity;
  #entries = new Map<string, StoredEntry>();
  #step: "read" | "write" | undefined;
  #stepTime = 0;

  now(): number {
    return this.#step === undefined ? this.time : this.#stepTime;
  }

  atomically<T>(mode: "read" | "write", run: () => T): T {
    if (this.#step !== undefined) {
      if (mode === "write" && this.#step === "read") {
        throw new Error("Cannot write: the step that is under way only reads");
      }
      return this.#undoing(run);
    }
    this.#stepTime = this.time;
    this.#step = mode;
    try {
      return this.#undoing(run);
    } finally {
      this.#step = undefined;
    }
  }

  #undoing<T>(run: () => T): T {
    const before = new Map(this.#entries);
    try {
      return run();
    } catch (error) {
      this.#entries = before;
      throw error;
    }
  }

  get(key: string): StoredValue | undefined {
    return this.entry(key)?.value;
  }

  entry(key: string): StoredEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.now() < entry.deadline) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  has(key: string): boolean {
    return this.entry(key) !== undefined;
  }

  deadline(key: string): number | undefined {
    return this.entry(key)?.deadline;
  }

  set(key: string, value: StoredValue, deadline: number): void {
    if (deadline <= this.now()) {
      this.#entries.delete(key);
      return;
    }
    if (!this.has(key) && this.count() >= this.capacity) {
      throw new Error("full");
    }
    const kept = typeof value === "string" ? value : value.slice();
    this.#entries.set(key, { value: kept, deadline });
  }

  expire(key: string, deadline: number): boolean {
    const entry = this.entry(key);
    if (entry === undefined) return false;
    this.set(key, entry.value, deadline);
    return true;
  }

  delete(key: string): boolean {
    return this.has(key) && this.#entries.delete(key);
  }

  length(key: string): number | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : byteLength(value);
  }

  range(key: string, from: number, to: number): StoredValue | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : toBytes(value).slice(from, to);
  }

  append(key: string, value: StoredValue): number {
    return this.overwrite(key, this.length(key) ?? 0, value);
  }

  overwrite(key: string, offset: number, value: StoredValue): number {
    const entry = this.entry(key);
    const old = toBytes(entry?.value ?? "");
    const part = toBytes(value);
    const bytes = new Uint8Array(Math.max(old.length, offset + part.length));
    bytes.set(old);
    bytes.set(part, offset);
    this.set(key, fromBytes(bytes), entry?.deadline ?? Infinity);
    return bytes.length;
  }

  count(): number {
    return [...this.keys()].length;
  }

  clear(): void {
    this.#entries.clear();
  }

  *keys(): IterableIterator<string> {
    for (const key of [...this.#entries.keys()]) {
      if (this.has(key)) yield key;
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

  close(): void {}

  /** Another writer of the same keys, who is turned away while a step is under way. */
  another(): Keyspace {
    return interrupted(this, {
      before: () => {
        if (this.#step !== undefined) throw new Error("busy");
      },
    }).keyspace;
  }
}
