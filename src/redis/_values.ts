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
  // For all but the shortest texts the engines match faster than a loop reads.
  if (length > 16 && ASCII.test(value)) return length;
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
 * Checks the length of a value: at most the limit of Redis and the longest string of the runtime,
 * so that every value can be read.
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

/** The server's error for a write that a full keyspace has no room for. */
export function outOfMemory(): ReplyError {
  return new ReplyError(
    "OOM command not allowed when used memory > 'maxmemory'.",
  );
}

function findMaxLength(): number {
  try {
    // Concatenation copies nothing: no runtime allocates the characters before one is read.
    let text = "longer";
    while (text.length < MAX_LENGTH) text += text;
    return MAX_LENGTH;
  } catch {
    return MAX_V8_STRING;
  }
}

/** The UTF-8 bytes of a text as a string, one character a byte. ASCII text stays as it is. */
export function toByteString(text: string): string {
  if (byteLength(text) === text.length) return text;
  let bytes = "";
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}
