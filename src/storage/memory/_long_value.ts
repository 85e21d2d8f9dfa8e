/** A long value: a command reads or writes a part of it without copying the whole. */

import { byteLength, fromBytes, toBytes } from "../../redis/_values.ts";
import type { StoredValue } from "../../redis/keyspace.ts";

/** A full buffer grows by a half, so that at least two thirds of it are in use. */
const GROWTH = 1.5;
/** Below this length in bytes, decoding is as fast as caching the text. */
const WORTH_KEEPING = 4096;
/** The maximum length of appended text that is not encoded yet, in characters. */
const MAX_TAIL = 4096;

const encoder: TextEncoder = new TextEncoder();
const NO_BYTES: Uint8Array = new Uint8Array(0);

/**
 * A value as text or, after a part of it was written, as bytes in a buffer that grows. A change
 * costs the length of the part and can be undone; the first read of the whole value after a change
 * costs its length. Appended text stays in a tail, not encoded, until something reads the bytes.
 */
export class LongValue {
  /** The value as text, until a command needs its bytes. */
  #text: string | undefined;
  /** The bytes without the tail; the buffer may be longer than that. */
  #bytes: Uint8Array = NO_BYTES;
  /** The number of bytes in the buffer. */
  #encoded = 0;
  /** Text that was appended and is not in the buffer yet. */
  #tail = "";
  /** The length in bytes, tail included; -1 if it is not known yet. */
  #length = -1;
  /** The decoded value. A weak reference, because it needs as much memory as the bytes. */
  #read: WeakRef<{ value: StoredValue }> | undefined;

  constructor(value: StoredValue) {
    if (typeof value === "string") this.#text = value;
    else {
      this.#bytes = value.slice();
      this.#encoded = this.#length = value.length;
    }
  }

  /** The length of the value in bytes. */
  get length(): number {
    if (this.#length < 0) this.#length = byteLength(this.#text as string);
    return this.#length;
  }

  /** The memory of the value in bytes: at most one and a half times its length. */
  get capacity(): number {
    return this.#text === undefined
      ? this.#bytes.length + this.#tail.length
      : this.length;
  }

  /** The value as a whole. */
  read(): StoredValue {
    if (this.#text !== undefined && this.#tail === "") return this.#text;
    const known = this.#read?.deref();
    if (known !== undefined) return known.value;
    const bytes = this.#toBytes().subarray(0, this.#length);
    let value = fromBytes(bytes);
    // A copy: the buffer will change.
    if (value === bytes) value = bytes.slice();
    if (this.#length >= WORTH_KEEPING) this.#read = new WeakRef({ value });
    return value;
  }

  /** The bytes from `from` (included) to `to` (excluded). */
  range(from: number, to: number): StoredValue {
    const text = this.#text;
    if (
      text !== undefined && text.length === this.length && this.#tail === ""
    ) {
      return text.slice(from, to);
    }
    return this.#toBytes().slice(from, to);
  }

  /**
   * Appends text.
   *
   * @param bytes The length of the text in bytes.
   * @returns Undoes the write. Later writes must be undone first.
   */
  append(part: string, bytes: number): () => void {
    if (this.#tail.length + part.length > MAX_TAIL) this.#toBytes();
    const encoded = this.#encoded;
    const tail = this.#tail;
    const { length } = this;
    this.#tail = tail + part;
    this.#length = length + bytes;
    this.#read = undefined;
    return () => {
      const isEncoded = this.#encoded > encoded;
      this.#tail = isEncoded ? "" : tail;
      if (isEncoded) this.#encoded = length;
      this.#length = length;
      this.#read = undefined;
    };
  }

  /**
   * Writes a part at a byte offset, which may be past the end.
   *
   * @returns Undoes the write. Later writes must be undone first.
   */
  write(offset: number, part: StoredValue): () => void {
    const before = this.#toBytes();
    const length = this.#length;
    const end = offset + byteLength(part);
    const kept = before.slice(offset, Math.min(end, length));
    this.#makeRoom(end);
    // A write that was undone may have left bytes there.
    if (offset > length) this.#bytes.fill(0, length, offset);
    const room = this.#bytes.subarray(offset, end);
    if (typeof part === "string") encoder.encodeInto(part, room);
    else room.set(part);
    this.#encoded = this.#length = Math.max(length, end);
    this.#read = undefined;
    return () => {
      if (kept.length > 0) before.set(kept, offset);
      this.#bytes = before;
      this.#encoded = this.#length = length;
      this.#tail = "";
      this.#read = undefined;
    };
  }

  /** The buffer with all bytes of the value. */
  #toBytes(): Uint8Array {
    if (this.#text !== undefined) {
      this.#bytes = toBytes(this.#text);
      this.#encoded = this.#bytes.length;
      this.#text = undefined;
      if (this.#length < 0) this.#length = this.#encoded;
    }
    if (this.#tail !== "") {
      this.#makeRoom(this.#length);
      encoder.encodeInto(this.#tail, this.#bytes.subarray(this.#encoded));
      this.#encoded = this.#length;
      this.#tail = "";
    }
    return this.#bytes;
  }

  /** Makes the buffer long enough for `length` bytes. */
  #makeRoom(length: number): void {
    if (length <= this.#bytes.length) return;
    const grown = Math.ceil(this.#encoded * GROWTH);
    const bytes = new Uint8Array(Math.max(length, grown));
    bytes.set(this.#bytes.subarray(0, this.#encoded));
    this.#bytes = bytes;
  }
}
