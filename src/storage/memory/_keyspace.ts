/** The keyspace in memory. */

import { StorageError, StoreFullError } from "../../base/errors.ts";
import {
  byteLength,
  outOfMemory,
  toBytes,
  toText,
} from "../../redis/_values.ts";
import type {
  Keyspace,
  StoredEntry,
  StoredValue,
} from "../../redis/keyspace.ts";
import { isBounded } from "../../store/_bounds.ts";
import type { EvictionOrderName } from "../../store/_eviction.ts";
import {
  StepMap,
  type StepMapOptions,
  UndoableBounds,
} from "../../store/steps/mod.ts";
import { checkClock } from "../_options.ts";
import { LongValue } from "./_long_value.ts";

/** From this many characters on, V8 may keep a substring as a view of the whole text. */
const VIEWED = 13;
/** Up to this many characters, a copy of the text is faster than a `LongValue`. */
const SHORT = 512;

/** The form of a value in memory. */
type Held = string | LongValue;

/** Options of {@linkcode MemoryKeyspace}. */
export interface MemoryKeyspaceOptions
  extends Pick<StepMapOptions<string, Held>, "sweepInterval" | "now"> {
  maxEntries: number;
  /** The limit for all keys and values together. */
  maxBytes: number;
  eviction: EvictionOrderName;
  /** Called for each key that expired or was evicted. */
  onRemove: ((key: string, reason: "expired" | "evicted") => void) | undefined;
  /** Called after a sweep that removed keys, with their number. */
  onSweep: ((count: number) => void) | undefined;
}

/** A map with transactions, as a keyspace. */
export class MemoryKeyspace implements Keyspace {
  undone: number = 0;
  #entries: StepMap<string, Held>;
  #step: "read" | "write" | undefined;
  readonly #maxBytes: number;
  readonly #isBounded: boolean;

  constructor(options: MemoryKeyspaceOptions) {
    const { now, onRemove, maxEntries, maxBytes, eviction } = options;
    this.#maxBytes = maxBytes;
    this.#isBounded = isBounded({ maxEntries, maxWeight: maxBytes });
    this.#entries = new StepMap<string, Held>({
      ttl: Infinity,
      sliding: false,
      maxAge: Infinity,
      sweepInterval: options.sweepInterval,
      now: now && (() => numberOrNaN(now())),
      onSweep: options.onSweep,
      onError: undefined,
      onRemove: onRemove && ((_value, key, reason) => {
        if (reason === "expired" || reason === "evicted") onRemove(key, reason);
      }),
      bounds: !this.#isBounded ? undefined : new UndoableBounds<string, Held>({
        maxEntries,
        maxWeight: maxBytes,
        weigh: (value, key) => byteLength(key) + lengthOf(value),
        eviction,
      }),
    });
  }

  now(): number {
    return checkClock(this.#entries.now());
  }

  atomically<T>(mode: "read" | "write", run: () => T, once = false): T {
    if (this.#step !== undefined) {
      if (mode === "write" && this.#step === "read") {
        throw new Error("Cannot write: the step that is under way only reads");
      }
      return once || mode === "read" ? run() : this.#undoing(run);
    }
    this.#step = mode;
    try {
      // If `run` writes nothing, or once at its end, there is nothing to roll back.
      const result = once || mode === "read"
        ? this.#entries.steadily(run)
        : this.#undoing(run);
      // `run` may have closed the keyspace.
      if (this.#entries === CLOSED) throw closed();
      return result;
    } finally {
      this.#step = undefined;
    }
  }

  #undoing<T>(run: () => T): T {
    try {
      return this.#entries.atomically(run);
    } catch (error) {
      this.undone++;
      throw error;
    }
  }

  get(key: string): StoredValue | undefined {
    const held = this.#entries.get(key);
    return typeof held === "object" ? held.read() : held;
  }

  entry(key: string): StoredEntry | undefined {
    const entry = this.#entries.entry(key);
    return entry && { value: valueOf(entry.value), deadline: entry.deadline };
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  deadline(key: string, now?: number): number | undefined {
    return this.#entries.deadline(key, now);
  }

  set(key: string, value: StoredValue, deadline: number, now?: number): void {
    if (this.#maxBytes < Infinity) {
      key = unshared(key);
      if (typeof value === "string") value = unshared(value);
    }
    const held = typeof value === "string" && value.length <= SHORT
      ? value
      : new LongValue(value);
    try {
      if (deadline === Infinity) this.#entries.set(key, held);
      else this.#entries.setUntil(key, held, deadline, undefined, now);
    } catch (error) {
      throw asReply(error);
    }
  }

  expire(key: string, deadline: number, now?: number): boolean {
    return this.#entries.expireAt(key, deadline, now);
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  length(key: string): number | undefined {
    const held = this.#entries.peek(key);
    return held === undefined ? undefined : lengthOf(held);
  }

  range(key: string, from: number, to: number): StoredValue | undefined {
    const held = this.#entries.get(key);
    if (held === undefined) return undefined;
    if (typeof held === "object") return held.range(from, to);
    return byteLength(held) === held.length
      ? held.slice(from, to)
      : toBytes(held).slice(from, to);
  }

  append(key: string, value: StoredValue): number {
    return this.#write(key, undefined, value);
  }

  overwrite(key: string, offset: number, value: StoredValue): number {
    return this.#write(key, offset, value);
  }

  /** Writes a part of a value at a byte offset, or at its end. */
  #write(key: string, offset: number | undefined, part: StoredValue): number {
    return this.atomically("write", () => {
      const held = this.#entries.peek(key) ?? "";
      const length = lengthOf(held);
      const start = offset ?? length;
      const end = Math.max(length, start + byteLength(part));
      if (typeof held === "object" || end > SHORT) {
        this.#writeLong(key, held, start, part, end);
      } else {
        this.#keepTtl(key, joined(held, length, start, part));
      }
      return end;
    }, true);
  }

  #writeLong(
    key: string,
    held: Held,
    start: number,
    part: StoredValue,
    end: number,
  ): void {
    const value = typeof held === "object" ? held : new LongValue(held);
    if (this.#maxBytes < Infinity) {
      // Checked before a buffer is allocated: a value that does not fit may be very long.
      if (byteLength(key) + end > this.#maxBytes) throw outOfMemory();
      if (typeof part === "string") part = unshared(part);
    }
    const undo = start === value.length && typeof part === "string"
      ? value.append(part, end - start)
      : value.write(start, part);
    // Without bounds, the entry's weight and its last use do not matter.
    if (this.#isBounded || value !== held) {
      try {
        this.#keepTtl(key, value);
      } catch (error) {
        undo();
        throw error;
      }
    }
    this.#entries.onUndo(undo);
  }

  #keepTtl(key: string, held: Held): void {
    if (this.#maxBytes < Infinity) {
      key = unshared(key);
      if (typeof held === "string") held = unshared(held);
    }
    try {
      this.#entries.setKeepingTtl(key, held);
    } catch (error) {
      throw asReply(error);
    }
  }

  count(): number {
    return this.#entries.count();
  }

  clear(): void {
    this.#entries.clear();
  }

  keys(): Iterable<string> {
    return this.#entries.walk((key) => key);
  }

  scan(cursor: number, count: number): [cursor: number, keys: string[]] {
    return this.#entries.scan(cursor, count);
  }

  random(): string | undefined {
    return this.#entries.sampleKey();
  }

  /** Stops the sweeper. */
  shutdown(): void {
    if (this.#entries !== CLOSED) this.#entries.shutdown();
  }

  close(): void {
    this.shutdown();
    this.#entries = CLOSED;
  }
}

/** Replaces the entries of a closed keyspace: each use of it throws. */
const CLOSED: StepMap<string, Held> = /* @__PURE__ */ new Proxy(
  {} as StepMap<string, Held>,
  {
    get() {
      throw closed();
    },
  },
);

function closed(): StorageError {
  const message = "Cannot use the storage in memory: it is closed";
  return new StorageError("closed", message);
}

/** If the clock does not return a number, the time is NaN, which later checks refuse. */
function numberOrNaN(time: unknown): number {
  return typeof time === "number" ? time : NaN;
}

function valueOf(held: Held): StoredValue {
  return typeof held === "object" ? held.read() : held;
}

function lengthOf(held: Held): number {
  return typeof held === "object" ? held.length : byteLength(held);
}

/** A copy of a text, which may be a view of a longer text and would keep that in memory. */
function unshared(text: string): string {
  return text.length < VIEWED ? text : toText(toBytes(text));
}

/** A short text with a part overwritten or appended. */
function joined(
  text: string,
  length: number,
  start: number,
  part: StoredValue,
): Held {
  if (start === length && typeof part === "string") return text + part;
  const value = new LongValue(text);
  value.write(start, part);
  const whole = value.read();
  return typeof whole === "string" ? whole : value;
}

/** Converts the error of a full store to Redis's; returns any other error unchanged. */
function asReply(error: unknown): unknown {
  return error instanceof StoreFullError ? outOfMemory() : error;
}
