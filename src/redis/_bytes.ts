/** The commands on the bytes of a value. */

import { ReplyError } from "../base/errors.ts";
import { KEY_VALUE, sent, sentKey } from "./_arguments.ts";
import { parseInteger } from "./_integers.ts";
import { byteLength, checkLength, toText } from "./_values.ts";
import type { Keyspace } from "./keyspace.ts";

const KEY_START_END: readonly string[] = ["key", "start", "end"];
const KEY_OFFSET_VALUE: readonly string[] = ["key", "offset", "value"];

/** APPEND. */
export function append(keyspace: Keyspace, args: unknown[]): number {
  const [key, value] = sent("append", args, KEY_VALUE);
  const added = byteLength(value);
  return keyspace.atomically("write", () => {
    checkLength((keyspace.length(key) ?? 0) + added);
    return keyspace.append(key, value);
  }, true);
}

/** STRLEN. */
export function strlen(keyspace: Keyspace, args: unknown[]): number {
  const key = sentKey("strlen", args);
  return keyspace.length(key) ?? 0;
}

/** GETRANGE. */
export function getrange(keyspace: Keyspace, args: unknown[]): string {
  const [key, ...range] = sent("getrange", args, KEY_START_END);
  const [start, end] = range.map(parseInteger) as [bigint, bigint];
  return keyspace.atomically("read", () => {
    const length = keyspace.length(key) ?? 0;
    // Otherwise both offsets would be clamped to 0 and select the first byte.
    if (start < 0n && end < 0n && start > end) return "";
    const from = offset(start, length);
    const to = Math.min(offset(end, length) + 1, length);
    return from < to ? toText(keyspace.range(key, from, to) ?? "") : "";
  });
}

/** SETRANGE. */
export function setrange(keyspace: Keyspace, args: unknown[]): number {
  const [key, at, value] = sent("setrange", args, KEY_OFFSET_VALUE);
  const offset = Number(parseInteger(at));
  if (offset < 0) throw new ReplyError("ERR offset is out of range");
  if (value === "") return keyspace.length(key) ?? 0;
  const end = offset + byteLength(value);
  checkLength(end);
  return keyspace.atomically("write", () => {
    // A text may be longer than the longest value that can be read from bytes.
    checkLength(keyspace.length(key) ?? 0);
    return keyspace.overwrite(key, offset, value);
  }, true);
}

/** An offset from the start; a negative index counts from the end. */
function offset(index: bigint, length: number): number {
  const offset = Number(index);
  return Math.max(offset < 0 ? length + offset : offset, 0);
}
