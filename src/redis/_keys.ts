/** The commands that do not depend on values, on some keys or on all keys. */

import { ReplyError } from "../base/errors.ts";
import {
  NONE,
  OPTION,
  readOptions,
  sent,
  sentKey,
  sentKeys,
  syntaxError,
} from "./_arguments.ts";
import { parseInteger } from "./_integers.ts";
import type { Keyspace } from "./keyspace.ts";

const KEY_NEW_KEY: readonly string[] = ["key", "newKey"];
const SOURCE_DESTINATION: readonly string[] = ["source", "destination"];
const COPY_OPTIONS = { REPLACE: false, DB: true };
const INT_MIN = -(2n ** 31n);
const INT_MAX = 2n ** 31n - 1n;

/** DEL and UNLINK. */
export function remove(
  keyspace: Keyspace,
  command: "del" | "unlink",
  args: unknown[],
): number {
  const keys = sentKeys(command, args);
  return count(keyspace, "write", keys, (key) => keyspace.delete(key));
}

/** EXISTS. */
export function exists(keyspace: Keyspace, args: unknown[]): number {
  const keys = sentKeys("exists", args);
  return count(keyspace, "read", keys, (key) => keyspace.has(key));
}

/** TOUCH. */
export function touch(keyspace: Keyspace, args: unknown[]): number {
  const keys = sentKeys("touch", args);
  // Reading an empty range counts as a use of the key.
  const use = (key: string) => keyspace.range(key, 0, 0) !== undefined;
  return count(keyspace, "read", keys, use);
}

/** TYPE. */
export function type(keyspace: Keyspace, args: unknown[]): "string" | "none" {
  const key = sentKey("type", args);
  return keyspace.has(key) ? "string" : "none";
}

/** RENAME. */
export function rename(keyspace: Keyspace, args: unknown[]): "OK" {
  const [key, newKey] = sent("rename", args, KEY_NEW_KEY);
  move(keyspace, key, newKey, true);
  return "OK";
}

/** RENAMENX. */
export function renamenx(keyspace: Keyspace, args: unknown[]): 0 | 1 {
  const [key, newKey] = sent("renamenx", args, KEY_NEW_KEY);
  return move(keyspace, key, newKey, false) ? 1 : 0;
}

/** COPY. */
export function copy(keyspace: Keyspace, args: unknown[]): 0 | 1 {
  const words = sent("copy", args, SOURCE_DESTINATION, OPTION);
  const [source, destination] = words;
  let replace = false;
  for (const [word, operand] of readOptions(words, 2, COPY_OPTIONS)) {
    if (word === "REPLACE") replace = true;
    else checkDatabase(operand);
  }
  if (source === destination) {
    throw new ReplyError("ERR source and destination objects are the same");
  }
  return keyspace.atomically("write", () => {
    const entry = keyspace.entry(source);
    if (entry === undefined) return 0;
    if (!replace && keyspace.has(destination)) return 0;
    keyspace.set(destination, entry.value, entry.deadline);
    return 1;
  }, true);
}

/** The number of keys that a predicate holds for. */
function count(
  keyspace: Keyspace,
  mode: "read" | "write",
  keys: readonly string[],
  isCounted: (key: string) => boolean,
): number {
  if (keys.length === 1) return isCounted(keys[0] as string) ? 1 : 0;
  return keyspace.atomically(mode, () => {
    let counted = 0;
    for (const key of keys) if (isCounted(key)) counted++;
    return counted;
  });
}

/** RENAME and RENAMENX. Returns whether the key has the new name. */
function move(
  keyspace: Keyspace,
  key: string,
  newKey: string,
  replace: boolean,
): boolean {
  return keyspace.atomically("write", () => {
    const entry = keyspace.entry(key);
    if (entry === undefined) throw new ReplyError("ERR no such key");
    if (!replace && keyspace.has(newKey)) return false;
    if (key === newKey) return true;
    // Removing the key first makes room for the new key in a full keyspace.
    keyspace.delete(key);
    keyspace.set(newKey, entry.value, entry.deadline);
    return true;
  });
}

/** Checks the number of a database: the only one is 0. */
function checkDatabase(text: string): void {
  const database = parseInteger(text);
  if (database < INT_MIN || database > INT_MAX) {
    throw new ReplyError(
      `ERR value is out of range, value must between ${INT_MIN} and ${INT_MAX}`,
    );
  }
  if (database !== 0n) throw new ReplyError("ERR DB index is out of range");
}

/** RANDOMKEY. */
export function randomkey(keyspace: Keyspace, args: unknown[]): string | null {
  sent("randomkey", args, NONE);
  return keyspace.random() ?? null;
}

/** DBSIZE. */
export function dbsize(keyspace: Keyspace, args: unknown[]): number {
  sent("dbsize", args, NONE);
  return keyspace.count();
}

/** FLUSHDB and FLUSHALL. */
export function flush(
  keyspace: Keyspace,
  command: "flushdb" | "flushall",
  args: unknown[],
): "OK" {
  const [mode, extra] = sent(command, args, NONE, OPTION);
  const isMode = mode === undefined || /^a?sync(\0|$)/i.test(mode);
  if (!isMode || extra !== undefined) throw syntaxError();
  keyspace.clear();
  return "OK";
}
