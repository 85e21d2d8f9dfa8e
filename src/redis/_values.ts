/** Stored values as text, and as the UTF-8 bytes that lengths and offsets count. */

import type { Keyspace, StoredValue } from "./keyspace.ts";

const encoder: TextEncoder = new TextEncoder();
const decoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strictDecoder: TextDecoder = new TextDecoder("utf-8", {
  ignoreBOM: true,
  fatal: true,
});

/** How many bytes a value has. */
export function byteLength(value: StoredValue): number {
  let length = value.length;
  if (typeof value !== "string") return length;
  for (let i = value.length - 1; i >= 0; i--) {
    const unit = value.charCodeAt(i);
    // Each half of a surrogate pair counts for two of its four bytes.
    if (unit > 0x7f) {
      length += unit > 0x7ff && (unit & 0xf800) !== 0xd800 ? 2 : 1;
    }
  }
  return length;
}

/** The bytes of a value. */
export function toBytes(value: StoredValue): Uint8Array {
  return typeof value === "string" ? encoder.encode(value) : value;
}

/** The text of a value; what is not UTF-8 reads as U+FFFD. */
export function toText(value: StoredValue): string {
  return typeof value === "string" ? value : decoder.decode(value);
}

/** What to store for some bytes: the text, where they are UTF-8. */
export function fromBytes(bytes: Uint8Array): StoredValue {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return bytes;
  }
}

/** Text with one character a byte, so that an ASCII one stays as it is. */
export function toByteString(text: string): string {
  if (byteLength(text) === text.length) return text;
  let bytes = "";
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** The value of a key as a reply: text, `null` where there is none. */
export function readText(keyspace: Keyspace, key: string): string | null {
  const value = keyspace.get(key);
  return value === undefined ? null : toText(value);
}

/** The value of a key and its deadline. */
export interface Entry {
  value: StoredValue;
  /** In ms since the epoch, `Infinity` for never. */
  deadline: number;
}

/**
 * Reads a key that is about to be written again. Written with the deadline
 * that was read, it cannot outlive it: a key that expires between the two stays
 * expired, where "keep the deadline" would find none to keep.
 */
export function readEntry(
  keyspace: Keyspace,
  key: string,
): Entry | undefined {
  // The deadline first: a value that is there after it had one.
  const deadline = keyspace.deadline(key);
  const value = keyspace.get(key);
  return value === undefined || deadline === undefined
    ? undefined
    : { value, deadline };
}
