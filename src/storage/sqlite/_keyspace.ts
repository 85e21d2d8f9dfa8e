/** The keyspace in a SQLite file. */

import { toText } from "../../redis/_values.ts";
import type {
  Keyspace,
  StoredEntry,
  StoredValue,
} from "../../redis/keyspace.ts";
import { printable } from "../../base/_checks.ts";
import type { LogLines } from "../_log_lines.ts";
import { ReplyError } from "../../base/errors.ts";
import { decodeValue, encodeKey, encodeValue } from "./_codec.ts";
import type { Connection } from "./_driver.ts";
import { openFile } from "./_open.ts";
import { type RemovedEntry, Room, type RoomPolicy } from "./_room.ts";
import {
  ABSENT,
  APPEND_SHORT,
  DELETE,
  DELETE_ALL,
  DELETE_SHORT,
  EXPIRE,
  EXPIRE_LATER,
  type LayoutRow,
  READ_ANY,
  READ_DEADLINE,
  READ_ENTRY,
  READ_ID,
  READ_LAYOUT,
  READ_LENGTH,
  READ_LIVE_ID,
  READ_SIZE,
  type Row,
  type ShortRow,
  STORE,
  STORE_LAYOUT,
  STORE_SHORT,
  STORE_VALUE,
} from "./_rows.ts";
import { bucketOf, OTHERS_CHANGES } from "./_schema.ts";
import { type StepMode, Steps } from "./_steps.ts";
import { removeEntry } from "./_sweep.ts";
import { Upkeep } from "./_upkeep.ts";
import { anyKey, countKeys, liveKeys, scanKeys } from "./_walk.ts";
import { INLINE_LIMIT, type Layout, LongValues, PART } from "./_values.ts";

/** Options of {@linkcode SqliteKeyspace}. */
export interface SqliteKeyspaceOptions {
  path: string;
  /** The clock: ms since the epoch. */
  now(): number;
  /** The time, in ms, that an expired entry may stay in the file. */
  sweepInterval: number;
  /** The time, in ms, that a call waits for a lock. */
  busyTimeout: number;
  /** The size, in bytes, up to which the file may grow; `Infinity` for no bound. */
  maxBytes: number;
  policy: RoomPolicy;
  log: LogLines | undefined;
}

/** The keys of a file, which other processes may have open as well. */
export class SqliteKeyspace implements Keyspace {
  readonly #connection: Connection;
  readonly #steps: Steps;
  readonly #values: LongValues;
  readonly #room: Room | undefined;
  readonly #upkeep: Upkeep;
  readonly #log: LogLines | undefined;

  /** @throws {StorageError} The file cannot be opened. */
  constructor(options: SqliteKeyspaceOptions) {
    const { busyTimeout, maxBytes, policy, now, sweepInterval } = options;
    const { connection, errors, watch } = openFile(options);
    const values = new LongValues(connection);
    const steps = new Steps({
      ...{ connection, errors, now, busyTimeout },
      beforeCall: (mode) => this.#upkeep.beforeCall(mode),
    });
    this.#connection = connection;
    this.#values = values;
    this.#steps = steps;
    const log = this.#log = options.log;
    const { written } = steps;
    if (maxBytes < Infinity) {
      const room = new Room({ connection, values, written, maxBytes, policy });
      this.#room = room;
      errors.isAtBound = () => room.isNearlyFull;
    }
    this.#upkeep = new Upkeep({
      ...{ connection, steps, values, sweepInterval, log, watch },
    });
  }

  now(): number {
    return this.#steps.now();
  }

  atomically<T>(mode: StepMode, run: () => T, once?: boolean): T {
    const room = this.#room;
    if (mode === "write" && room?.isBehind) {
      this.#steps.attempt(() => room.catchUp(this.now()));
    }
    return this.#steps.atomically(mode, run, once);
  }

  get undone(): number {
    return this.#steps.undone +
      this.#once(() =>
        this.#connection
          .statement<{ data_version: number }>(OTHERS_CHANGES).get()!
          .data_version
      );
  }

  get(key: string): StoredValue | undefined {
    const row = this.#read<ShortRow>(READ_ENTRY, key);
    if (row === undefined) return undefined;
    if (row.value !== null) return decodeValue(row.value);
    return this.#readLong(key, (value) => value);
  }

  entry(key: string): StoredEntry | undefined {
    const row = this.#read<ShortRow>(READ_ENTRY, key);
    if (row === undefined) return undefined;
    const { value, deadline } = row;
    if (value !== null) return { value: decodeValue(value), deadline };
    return this.#readLong(key, (value, deadline) => ({ value, deadline }));
  }

  has(key: string): boolean {
    return this.deadline(key) !== undefined;
  }

  deadline(key: string, now?: number): number | undefined {
    return this.#read<{ deadline: number }>(READ_DEADLINE, key, now)?.deadline;
  }

  length(key: string): number | undefined {
    return this.#read<{ deadline: number; length: number }>(READ_LENGTH, key)
      ?.length;
  }

  range(key: string, from: number, to: number): StoredValue | undefined {
    const row = this.#read<ShortRow>(READ_ENTRY, key);
    if (row === undefined) return undefined;
    if (row.value !== null) return row.value.subarray(from, to);
    return this.#steps.atomically("read", () => {
      const row = this.#read<Row>(READ_ANY, key);
      if (row === undefined) return undefined;
      return row.size === null
        ? row.value.subarray(from, to)
        : this.#once(() => this.#values.range(row.id, from, to));
    });
  }

  set(key: string, value: StoredValue, deadline: number, now?: number): void {
    if (deadline < Infinity && deadline <= (now ?? this.now())) {
      this.delete(key);
      return;
    }
    if (this.#room === undefined) {
      const bytes = encodeValue(value);
      if (bytes.length <= INLINE_LIMIT) {
        const { changes } = this.#write(() =>
          this.#connection.statement(STORE_SHORT)
            .run(encodeKey(key), bytes, deadline, bucketOf(deadline))
        );
        if (changes !== 0) return;
      }
    }
    this.atomically("write", () => {
      const room = this.#room;
      const now = room === undefined ? 0 : this.now();
      const name = encodeKey(key);
      const bytes = encodeValue(value);
      if (room !== undefined) {
        const needed = 2 * name.length + bytes.length;
        this.#makeRoom(() => {
          if (room.has(needed)) return [];
          room.check(needed);
          this.#makeWay(name, now);
          return room.make(needed, now);
        });
      }
      this.#once(() => this.#store(name, bytes, deadline));
    });
  }

  expire(key: string, deadline: number, now: number = this.now()): boolean {
    if (deadline <= now) return this.delete(key);
    const bucket = bucketOf(deadline);
    const run = () =>
      this.#connection.statement(EXPIRE)
        .run(deadline, bucket, encodeKey(key), now).changes !== 0;
    const room = this.#room;
    if (room === undefined) {
      return this.#write(() =>
        this.#connection.statement(EXPIRE_LATER)
            .run(deadline, encodeKey(key), now, bucket ?? Infinity)
            .changes !== 0 || run()
      );
    }
    if (!this.#steps.isUnderWay) {
      try {
        return this.#write(run);
      } catch (error) {
        // The change needed a page, which is rare, and there was none. Within a transaction this
        // would roll back all of it.
        if (!(error instanceof ReplyError)) throw error;
      }
    }
    return this.atomically("write", () => {
      const live = this.#once(() =>
        this.#connection.statement<{ id: number }>(READ_LIVE_ID)
          .get(encodeKey(key), now)
      );
      if (live === undefined) return false;
      this.#makeRoom(() => room.makeForChange(live.id, now));
      this.#steps.written.moved(live.id, bucket);
      return this.#once(run);
    });
  }

  delete(key: string): boolean {
    const now = this.now();
    const name = encodeKey(key);
    const [deleted] = this.#write(() =>
      this.#connection.statement<{ deadline: number }>(DELETE_SHORT).all(name)
    );
    if (deleted !== undefined) return deleted.deadline > now;
    const isThere = this.#once(() =>
      this.#connection.statement(READ_ID).get(name) !== undefined
    );
    if (!isThere) return false;
    return this.#steps.atomically("write", () =>
      this.#once(() => {
        const [deleted] = this.#connection
          .statement<{ id: number; deadline: number }>(DELETE).all(name);
        if (deleted === undefined) return false;
        this.#values.remove(deleted.id);
        return deleted.deadline > now;
      }));
  }

  append(key: string, value: StoredValue): number {
    if (this.#room === undefined) {
      const now = this.now();
      const bytes = encodeValue(value);
      const [appended] = this.#write(() =>
        this.#connection.statement<{ length: number }>(APPEND_SHORT)
          .all(bytes, encodeKey(key), now, INLINE_LIMIT - bytes.length)
      );
      if (appended !== undefined) return appended.length;
    }
    return this.#writeInto(key, undefined, value);
  }

  overwrite(key: string, offset: number, value: StoredValue): number {
    return this.#writeInto(key, offset, value);
  }

  count(): number {
    const now = this.now();
    return this.#once(() => countKeys(this.#connection, now));
  }

  clear(): void {
    this.#steps.atomically("write", () =>
      this.#once(() => {
        this.#values.clear();
        this.#connection.statement(DELETE_ALL).run();
      }));
  }

  keys(): Iterable<string> {
    const now = this.now();
    return this.#once(() => liveKeys(this.#connection, now));
  }

  scan(cursor: number, count: number): [cursor: number, keys: string[]] {
    const now = this.now();
    return this.#once(() => scanKeys(this.#connection, now, cursor, count));
  }

  random(): string | undefined {
    const now = this.now();
    return this.#once(() => anyKey(this.#connection, now));
  }

  /** Stops the sweeper; the file stays open. */
  shutdown(): void {
    this.#upkeep.stop();
  }

  close(): void {
    this.#upkeep.close();
  }

  /** Runs statements that only read, or any statements within a transaction. */
  #once<T>(run: () => T): T {
    return this.#steps.once("read", run);
  }

  /** Runs one statement that writes. */
  #write<T>(run: () => T): T {
    return this.#steps.once("write", run);
  }

  /** The row of a live key, by one of the statements that read a row. */
  #read<R extends { deadline: number }>(
    sql: string,
    key: string,
    now?: number,
  ): R | undefined {
    const row = this.#once(() =>
      this.#connection.statement<R>(sql).get(encodeKey(key))
    );
    if (row === undefined) return undefined;
    const isLive = row.deadline === Infinity ||
      row.deadline > (now ?? this.now());
    return isLive ? row : undefined;
  }

  /**
   * Reads the row and the parts of a long value in one transaction; the value may have changed
   * since the caller saw it.
   */
  #readLong<T>(
    key: string,
    make: (value: StoredValue, deadline: number) => T,
  ): T | undefined {
    return this.#steps.atomically("read", () => {
      const row = this.#read<Row>(READ_ANY, key);
      if (row === undefined) return undefined;
      const { id, size, value, deadline } = row;
      const bytes = size === null
        ? value
        : this.#once(() => this.#values.read(id, size));
      return make(decodeValue(bytes), deadline);
    });
  }

  /**
   * Stores a value of any length in place of the value of a key, within a transaction. Returns the
   * id of the entry.
   */
  #store(name: Uint8Array, bytes: Uint8Array, deadline: number): number {
    const isLong = bytes.length > INLINE_LIMIT;
    this.#connection.statement(STORE).run(
      name,
      isLong ? ABSENT.value : bytes,
      deadline,
      bucketOf(deadline),
    );
    const { id } = this.#connection.statement<{ id: number }>(READ_ID)
      .get(name)!;
    if (this.#room !== undefined) this.#steps.written.add(id);
    this.#values.remove(id);
    if (isLong) this.#storeLayout(id, this.#values.write(id, bytes));
    return id;
  }

  /**
   * Removes the expired entry of a key, or the parts of its long value, before a new value is
   * stored.
   */
  #makeWay(name: Uint8Array, now: number): void {
    const old = this.#connection.statement<Omit<Row, "value">>(READ_SIZE)
      .get(name);
    if (old === undefined) return;
    if (old.deadline <= now) {
      removeEntry(this.#connection, this.#values, old);
      return;
    }
    this.#steps.written.add(old.id);
    if (old.size !== null) this.#values.remove(old.id);
  }

  #storeLayout(id: number, { size, folded, loose }: Layout): void {
    this.#connection.statement(STORE_LAYOUT).run(size, folded, loose, id);
  }

  /** Writes into a value at an offset, or at its end. An absent key becomes one without a TTL. */
  #writeInto(
    key: string,
    offset: number | undefined,
    value: StoredValue,
  ): number {
    return this.atomically("write", () => {
      const now = this.now();
      const name = encodeKey(key);
      const bytes = encodeValue(value);
      const found = this.#once(() =>
        this.#connection.statement<LayoutRow>(READ_LAYOUT).get(name)
      );
      const live = found !== undefined && found.deadline > now
        ? found
        : undefined;
      const { size, value: old } = live ?? ABSENT;
      const before = size ?? old.length;
      const at = offset ?? before;
      const length = Math.max(before, at + bytes.length);
      const isShort = size === null && length <= INLINE_LIMIT;
      const room = this.#room;
      if (room !== undefined) {
        // The value that grows must not be evicted to make room for its new part.
        if (live !== undefined) this.#steps.written.add(live.id);
        const names = 2 * name.length;
        room.check(names + length);
        const grown = isShort ? length : length - before + PART;
        this.#makeRoom(() => room.make(names + grown, now));
      }
      return this.#once(() => {
        const row = live ??
          {
            ...ABSENT,
            id: this.#store(name, ABSENT.value, Infinity),
          };
        if (isShort) {
          this.#connection.statement(STORE_VALUE)
            .run(overwritten(row.value, at, bytes), row.id);
          return length;
        }
        const layout = row.size === null
          ? this.#values.write(row.id, row.value)
          : row as Layout;
        this.#storeLayout(
          row.id,
          this.#values.overwrite(row.id, layout, at, bytes),
        );
        return length;
      });
    });
  }

  /** Makes room, and logs the removed entries once the transaction is committed. */
  #makeRoom(make: () => RemovedEntry[]): void {
    const removed = this.#once(make);
    const log = this.#log;
    if (log === undefined || removed.length === 0) return;
    this.#steps.afterwards(() => {
      for (const { key, reason } of removed) {
        log.debug(`Key ${printable(toText(key))} ${reason}`);
      }
    });
  }
}

/** A copy of some bytes, overwritten with others from an offset on. */
function overwritten(
  bytes: Uint8Array,
  offset: number,
  others: Uint8Array,
): Uint8Array {
  const joined = new Uint8Array(
    Math.max(bytes.length, offset + others.length),
  );
  joined.set(bytes);
  joined.set(others, offset);
  return joined;
}
