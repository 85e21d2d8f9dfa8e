import { ReplyError } from "../base/errors.ts";
import { KEY_VALUE, sent, sentKey } from "./_arguments.ts";
import { parseInteger } from "./_integers.ts";
import { byteLength, checkLength, toText } from "./_values.ts";
import { BatchCommands } from "./batches.ts";

const KEY_START_END: readonly string[] = ["key", "start", "end"];
const KEY_OFFSET_VALUE: readonly string[] = ["key", "offset", "value"];

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
    const { keyspace } = this;
    const added = byteLength(value);
    return keyspace.atomically("write", () => {
      checkLength((keyspace.length(key) ?? 0) + added);
      return keyspace.append(key, value);
    }, true);
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
    const key = sentKey("strlen", args);
    return this.keyspace.length(key) ?? 0;
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
    const [key, ...range] = sent("getrange", args, KEY_START_END);
    const [start, end] = range.map(parseInteger) as [bigint, bigint];
    const { keyspace } = this;
    return keyspace.atomically("read", () => {
      const length = keyspace.length(key) ?? 0;
      // As offsets both would become 0, and so the first byte.
      if (start < 0n && end < 0n && start > end) return "";
      const from = offset(start, length);
      const to = Math.min(offset(end, length) + 1, length);
      return from < to ? toText(keyspace.range(key, from, to) ?? "") : "";
    });
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
    const [key, at, value] = sent("setrange", args, KEY_OFFSET_VALUE);
    const offset = Number(parseInteger(at));
    if (offset < 0) throw new ReplyError("ERR offset is out of range");
    const { keyspace } = this;
    if (value === "") return keyspace.length(key) ?? 0;
    const end = offset + byteLength(value);
    checkLength(end);
    return keyspace.atomically("write", () => {
      // A text that was set as a whole may be longer than its bytes could be read as.
      checkLength(keyspace.length(key) ?? 0);
      return keyspace.overwrite(key, offset, value);
    }, true);
  }
}

/** An offset from the start, where a negative one counts from the end. */
function offset(index: bigint, length: number): number {
  const offset = Number(index);
  return Math.max(offset < 0 ? length + offset : offset, 0);
}
