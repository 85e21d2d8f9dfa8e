/**
 * The bytes of keys and values in the file. Short ones, which are the most, are encoded into two
 * buffers that are reused: a new array for each would cost a tenth of a write. The driver copies
 * its arguments.
 */

import { fromBytes } from "../../redis/_values.ts";
import type { StoredValue } from "../../redis/keyspace.ts";

/** The largest number of bytes of a UTF-16 code unit. */
const MAX_BYTES_A_UNIT = 3;
/** Up to this length, in bytes, a loop is faster than a `TextDecoder`. */
const LOOP_LIMIT = 24;

const encoder: TextEncoder = new TextEncoder();
const keyBuffer: Uint8Array = new Uint8Array(1024);
const valueBuffer: Uint8Array = new Uint8Array(32_768);

let lastKey: string | undefined;
let lastBytes: Uint8Array = keyBuffer;

/** The bytes of a key, valid until another key is encoded. */
export function encodeKey(key: string): Uint8Array {
  // A command that reads and then writes a key encodes it twice.
  if (key === lastKey) return lastBytes;
  if (key.length * MAX_BYTES_A_UNIT > keyBuffer.length) {
    return encoder.encode(key);
  }
  lastBytes = encodeInto(key, keyBuffer);
  lastKey = key;
  return lastBytes;
}

/** The bytes of a value, valid until another value is encoded. */
export function encodeValue(value: StoredValue): Uint8Array {
  if (typeof value !== "string") return value;
  return value.length * MAX_BYTES_A_UNIT > valueBuffer.length
    ? encoder.encode(value)
    : encodeInto(value, valueBuffer);
}

/** The value of some bytes: text if they are UTF-8. */
export function decodeValue(bytes: Uint8Array): StoredValue {
  if (bytes.length > LOOP_LIMIT) return fromBytes(bytes);
  let text = "";
  for (const byte of bytes) {
    if (byte > 0x7f) return fromBytes(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}

function encodeInto(text: string, buffer: Uint8Array): Uint8Array {
  return buffer.subarray(0, encoder.encodeInto(text, buffer).written);
}
