/** A value too long to be gone through at each command that touches a part of it. */

import { byteLength, fromBytes, toBytes } from "../../redis/_values.ts";
import type { StoredValue } from "../../redis/keyspace.ts";

/** A buffer that is full grows by a half: what it holds is never less than two thirds of it. */
const GROWTH = 1.5;
/** What is shorter than so many bytes is read as quickly as it is remembered. */
const WORTH_KEEPING = 4096;

const encoder: TextEncoder = new TextEncoder();
const NO_BYTES: Uint8Array = new Uint8Array(0);

/**
 * A value as text or, once a part of it was written, as bytes with room to grow. Each change
 * costs what it touches and can be undone; to read a changed value as a whole costs its length,
 * once.
 */
export class LongValue {
  /** The value as it was set, until something needs its bytes. */
  #text: string | undefined;
  /** The bytes, with room behind them. */
  #bytes: Uint8Array = NO_BYTES;
  /** How many bytes there are; -1: nobody has counted them so far. */
  #length = -1;
  /** What the bytes read as. Held weakly: it is as long as they are. */
  #read: WeakRef<{ value: StoredValue }> | undefined;

  constructor(value: StoredValue) {
    if (typeof value === "string") this.#text = value;
    else this.#useBytes(value.slice());
  }

  /** How many bytes the value has. */
  get length(): number {
    if (this.#length < 0) this.#length = byteLength(this.#text as string);
    return this.#length;
  }

  /** How many bytes it takes up: no more than one and a half times its length. */
  get capacity(): number {
    return this.#text === undefined ? this.#bytes.length : this.length;
  }

  /** The value as a whole. */
  read(): StoredValue {
    if (this.#text !== undefined) return this.#text;
    const known = this.#read?.deref();
    if (known !== undefined) return known.value;
    const bytes = this.#bytes.subarray(0, this.#length);
    let value = fromBytes(bytes);
    // A copy: the buffer will change.
    if (value === bytes) value = bytes.slice();
    if (this.#length >= WORTH_KEEPING) this.#read = new WeakRef({ value });
    return value;
  }

  /** Some of the bytes: from one to before another. */
  range(from: number, to: number): StoredValue {
    const text = this.#text;
    if (text !== undefined && text.length === this.length) {
      return text.slice(from, to);
    }
    return this.#toBytes().slice(from, to);
  }

  /**
   * Writes from a byte on, which may be past the end.
   *
   * @returns How to undo it, before any later change and after the undoing of those.
   */
  write(offset: number, part: StoredValue): () => void {
    const before = this.#toBytes();
    const length = this.#length;
    const end = offset + byteLength(part);
    const kept = before.slice(offset, Math.min(end, length));
    if (end > before.length) {
      const bytes = new Uint8Array(Math.max(end, Math.ceil(length * GROWTH)));
      bytes.set(before.subarray(0, length));
      this.#bytes = bytes;
    } else if (offset > length) {
      // What an undone change has left there.
      before.fill(0, length, offset);
    }
    const room = this.#bytes.subarray(offset, end);
    if (typeof part === "string") encoder.encodeInto(part, room);
    else room.set(part);
    this.#length = Math.max(length, end);
    this.#read = undefined;
    return () => {
      if (kept.length > 0) before.set(kept, offset);
      this.#bytes = before;
      this.#length = length;
      this.#read = undefined;
    };
  }

  /** The buffer, which is made where there is none. */
  #toBytes(): Uint8Array {
    if (this.#text !== undefined) this.#useBytes(toBytes(this.#text));
    return this.#bytes;
  }

  #useBytes(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#length = bytes.length;
    this.#text = undefined;
  }
}
