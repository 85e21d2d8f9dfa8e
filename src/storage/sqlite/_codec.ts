/**
 * Keys and values as the bytes that the file has of them. Short ones, which most are, go through
 * buffers that are used over and over: making an array for each would cost a tenth of a write.
 * The driver copies what it is given.
 */

import { fromBytes } from "../../redis/_values.ts";
import type { StoredValue } from "../../redis/keyspace.ts";

/** How many bytes a character may have. */
const WIDEST = 3;
/** Up to this many bytes are read faster one by one. */
const FEW = 24;

const encoder: TextEncoder = new TextEncoder();
const keyBuffer: Uint8Array = new Uint8Array(1024);
const valueBuffer: Uint8Array = new Uint8Array(32_768);

let lastKey: string | undefined;
let lastBytes: Uint8Array = keyBuffer;

/** The bytes of a key, good until another one is encoded. */
export function encodeKey(key: string): Uint8Array {
  // A command that reads and then writes asks twice.
  if (key === lastKey) return lastBytes;
  if (key.length * WIDEST > keyBuffer.length) return encoder.encode(key);
  lastBytes = encodeInto(key, keyBuffer);
  lastKey = key;
  return lastBytes;
}

/** The bytes of a value, good until another one is encoded. */
export function encodeValue(value: StoredValue): Uint8Array {
  if (typeof value !== "string") return value;
  return value.length * WIDEST > valueBuffer.length
    ? encoder.encode(value)
    : encodeInto(value, valueBuffer);
}

/** The value of some bytes: the text, where they are UTF-8. */
export function decodeValue(bytes: Uint8Array): StoredValue {
  if (bytes.length > FEW) return fromBytes(bytes);
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
