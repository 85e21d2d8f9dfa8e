/** Stored values as text, and as the UTF-8 bytes that lengths and offsets count. */

import { ReplyError } from "../base/errors.ts";
import type { Keyspace, StoredValue } from "./keyspace.ts";

const ASCII = /^[\0-\x7f]*$/;
const encoder: TextEncoder = new TextEncoder();
const decoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strictDecoder: TextDecoder = new TextDecoder("utf-8", {
  ignoreBOM: true,
  fatal: true,
});

/** The length of a value in bytes. */
export function byteLength(value: StoredValue): number {
  let length = value.length;
  if (typeof value !== "string") return length;
  // Except for very short texts, a regular expression is faster than a loop.
  if (length > 16 && ASCII.test(value)) return length;
  for (let i = value.length - 1; i >= 0; i--) {
    const unit = value.charCodeAt(i);
    // A surrogate pair is four bytes: two for each half.
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

/** The text of a value; invalid UTF-8 is read as U+FFFD. */
export function toText(value: StoredValue): string {
  return typeof value === "string" ? value : decoder.decode(value);
}

/** The value of a key as a reply: text, `null` if the key is absent. */
export function readText(keyspace: Keyspace, key: string): string | null {
  const value = keyspace.get(key);
  return value === undefined ? null : toText(value);
}

/** The stored form of some bytes: text if they are UTF-8. */
export function fromBytes(bytes: Uint8Array): StoredValue {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return bytes;
  }
}

/** The maximum length of a value in bytes: Redis's `proto-max-bulk-len`. */
const MAX_LENGTH = 2 ** 29;
/** The longest string of V8, in characters; JavaScriptCore's is longer than any value. */
const MAX_V8_STRING = MAX_LENGTH - 24;
let maxLength = 0;

/**
 * Checks the length of a value against Redis's limit and the maximum string length of the runtime,
 * so that every stored value can be read.
 *
 * @param length The length in bytes.
 * @throws {ReplyError} If the value is too long.
 */
export function checkLength(length: number): void {
  if (length <= MAX_V8_STRING) return;
  if (length <= (maxLength ||= findMaxLength())) return;
  throw new ReplyError(
    "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
  );
}

/** The server's error for a write when the keyspace is full. */
export function outOfMemory(): ReplyError {
  return new ReplyError(
    "OOM command not allowed when used memory > 'maxmemory'.",
  );
}

function findMaxLength(): number {
  try {
    // Concatenation allocates nothing: engines copy the characters only when one is read.
    let text = "longer";
    while (text.length < MAX_LENGTH) text += text;
    return MAX_LENGTH;
  } catch {
    return MAX_V8_STRING;
  }
}

/**
 * The UTF-8 bytes of a text as a string, one character per byte. ASCII text is returned unchanged.
 */
export function toByteString(text: string): string {
  if (byteLength(text) === text.length) return text;
  let bytes = "";
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}
