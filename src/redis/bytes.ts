import { ReplyError } from "../errors.ts";
import { KEY, KEY_VALUE, sent } from "./_arguments.ts";
import { parseInteger } from "./_integers.ts";
import {
  byteLength,
  type Entry,
  fromBytes,
  readEntry,
  toBytes,
  toText,
} from "./_values.ts";
import { BatchCommands } from "./batches.ts";
import type { StoredValue } from "./keyspace.ts";

/** The bytes that a value may have at most. */
const MAX_LENGTH = 512 * 1024 * 1024;
/** What an absent key counts as. */
const EMPTY: Entry = { value: "", deadline: Infinity };

/** The commands that work on the UTF-8 bytes of a value. */
export abstract class ByteCommands extends BatchCommands {
  /**
   * Adds text at the end of a value: Redis's `APPEND`.
   *
   * An absent key counts as empty. The key keeps its deadline.
   *
   * @param key The key.
   * @param value The text to add.
   * @returns The length of the new value in bytes.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the new value would be longer than 512 MB.
   *
   * @example Writing a line at a time
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * assertEquals(storage.append("log", "started\n"), 8);
   * assertEquals(storage.append("log", "done\n"), 13);
   * assertEquals(storage.get("log"), "started\ndone\n");
   * ```
   */
  append(key: string | number, value: string | number): number;
  append(...args: unknown[]): number {
    const [key, value] = sent("append", args, KEY_VALUE);
    const entry = readEntry(this.keyspace, key) ?? EMPTY;
    const length = checkLength(byteLength(entry.value) + byteLength(value));
    const sum = typeof entry.value === "string"
      ? entry.value + value
      : overwrite(entry.value, entry.value.length, value);
    this.keyspace.set(key, sum, entry.deadline);
    return length;
  }

  /**
   * Replies with the length of a value: Redis's `STRLEN`.
   *
   * @param key The key.
   * @returns The length in bytes, `0` if the key is absent.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example Two characters, three bytes
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("word", "né");
   * assertEquals(storage.strlen("word"), 3);
   * ```
   */
  strlen(key: string | number): number;
  strlen(...args: unknown[]): number {
    const [key] = sent("strlen", args, KEY);
    return byteLength(this.keyspace.get(key) ?? "");
  }

  /**
   * Reads a part of a value: Redis's `GETRANGE`.
   *
   * Offsets count bytes, from `0` on, or from the end, from `-1` on. A
   * character that is cut reads as U+FFFD.
   *
   * @param key The key.
   * @param start The offset of the first byte.
   * @param end The offset of the last byte.
   * @returns The part, empty if there is none.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If an offset is not an integer.
   *
   * @example The two ends of a value
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("word", "mayfly");
   * assertEquals(storage.getrange("word", 0, 2), "may");
   * assertEquals(storage.getrange("word", -3, -1), "fly");
   * ```
   */
  getrange(
    key: string | number,
    start: number | string,
    end: number | string,
  ): string;
  getrange(...args: unknown[]): string {
    const [key, ...range] = sent("getrange", args, ["key", "start", "end"]);
    const [start, end] = range.map(parseInteger) as [bigint, bigint];
    const value = this.keyspace.get(key) ?? "";
    const length = byteLength(value);
    // As offsets both would become 0, and so the first byte.
    if (start < 0n && end < 0n && start > end) return "";
    const from = offset(start, length);
    const to = offset(end, length) + 1;
    return typeof value === "string" && value.length === length
      ? value.slice(from, to)
      : toText(toBytes(value).subarray(from, to));
  }

  /**
   * Writes over a part of a value: Redis's `SETRANGE`.
   *
   * What lies between the end of the value and the offset is filled with zero
   * bytes. The key keeps its deadline.
   *
   * @param key The key.
   * @param offset Where the part begins, in bytes.
   * @param value The part. Where it is empty, nothing is written.
   * @returns The length of the value in bytes.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the offset is not an integer or negative, or the
   *   value would be longer than 512 MB.
   *
   * @example Replacing the end of a value
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("greeting", "Hello World");
   * assertEquals(storage.setrange("greeting", 6, "Redis"), 11);
   * assertEquals(storage.get("greeting"), "Hello Redis");
   * ```
   */
  setrange(
    key: string | number,
    offset: number | string,
    value: string | number,
  ): number;
  setrange(...args: unknown[]): number {
    const [key, at, value] = sent("setrange", args, ["key", "offset", "value"]);
    const offset = Number(parseInteger(at));
    if (offset < 0) throw new ReplyError("ERR offset is out of range");
    const entry = readEntry(this.keyspace, key) ?? EMPTY;
    const length = byteLength(entry.value);
    if (value === "") return length;
    const end = checkLength(offset + byteLength(value));
    const sum = overwrite(toBytes(entry.value), offset, value);
    this.keyspace.set(key, sum, entry.deadline);
    return Math.max(length, end);
  }
}

/** The length, if a value may be that long. */
function checkLength(length: number): number {
  if (length <= MAX_LENGTH) return length;
  throw new ReplyError(
    "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
  );
}

/** Some bytes with a text written over them from an offset on. */
function overwrite(
  old: Uint8Array,
  offset: number,
  text: string,
): StoredValue {
  const part = toBytes(text);
  const bytes = new Uint8Array(Math.max(old.length, offset + part.length));
  bytes.set(old);
  bytes.set(part, offset);
  return fromBytes(bytes);
}

/** An offset from the start, where a negative one counts from the end. */
function offset(index: bigint, length: number): number {
  const offset = Number(index);
  return Math.max(offset < 0 ? length + offset : offset, 0);
}
