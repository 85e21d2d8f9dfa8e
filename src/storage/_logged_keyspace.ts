/** A keyspace that logs each value that is stored or read. */

import { printable } from "../base/_checks.ts";
import type { Keyspace, StoredEntry, StoredValue } from "../redis/keyspace.ts";
import type { LogLines } from "./_log_lines.ts";

/** Wraps a keyspace and logs a line for each value that is stored or read. Lines show keys, never values. */
export class LoggedKeyspace implements Keyspace {
  readonly #keyspace: Keyspace;
  readonly #log: LogLines;

  constructor(keyspace: Keyspace, log: LogLines) {
    this.#keyspace = keyspace;
    this.#log = log;
  }

  now(): number {
    return this.#keyspace.now();
  }

  atomically<T>(mode: "read" | "write", run: () => T, once?: boolean): T {
    return this.#log.during(() => this.#keyspace.atomically(mode, run, once));
  }

  get undone(): number | undefined {
    return this.#keyspace.undone;
  }

  get(key: string): StoredValue | undefined {
    return this.#retrieved(key, this.#keyspace.get(key));
  }

  entry(key: string): StoredEntry | undefined {
    return this.#retrieved(key, this.#keyspace.entry(key));
  }

  has(key: string): boolean {
    return this.#keyspace.has(key);
  }

  deadline(key: string, now?: number): number | undefined {
    return this.#keyspace.deadline(key, now);
  }

  set(key: string, value: StoredValue, deadline: number, now?: number): void {
    // The clock is read before the value is stored: if it throws, nothing has changed.
    if (deadline < Infinity) now ??= this.now();
    this.#keyspace.set(key, value, deadline, now);
    const ttl = now === undefined ? Infinity : deadline - now;
    // With a deadline in the past, nothing was stored.
    if (ttl <= 0) return;
    const seconds = Math.round(ttl) / 1000;
    this.#log.debug(
      `Stored key ${printable(key)}${
        seconds < Infinity ? ` with TTL ${seconds}s` : ""
      }`,
    );
  }

  expire(key: string, deadline: number, now?: number): boolean {
    return this.#keyspace.expire(key, deadline, now);
  }

  delete(key: string): boolean {
    return this.#keyspace.delete(key);
  }

  length(key: string): number | undefined {
    return this.#keyspace.length(key);
  }

  range(key: string, from: number, to: number): StoredValue | undefined {
    const value = this.#keyspace.range(key, from, to);
    return from < to ? this.#retrieved(key, value) : value;
  }

  append(key: string, value: StoredValue): number {
    return this.#stored(key, this.#keyspace.append(key, value));
  }

  overwrite(key: string, offset: number, value: StoredValue): number {
    return this.#stored(key, this.#keyspace.overwrite(key, offset, value));
  }

  count(): number {
    return this.#keyspace.count();
  }

  clear(): void {
    this.#keyspace.clear();
  }

  keys(): Iterable<string> {
    return this.#keyspace.keys();
  }

  scan(cursor: number, count: number): [cursor: number, keys: string[]] {
    return this.#keyspace.scan(cursor, count);
  }

  random(): string | undefined {
    return this.#keyspace.random();
  }

  close(): void {
    this.#keyspace.close();
  }

  #retrieved<T>(key: string, found: T): T {
    if (found !== undefined) this.#log.debug(`Retrieved key ${printable(key)}`);
    return found;
  }

  #stored<T>(key: string, reply: T): T {
    this.#log.debug(`Stored key ${printable(key)}`);
    return reply;
  }
}
