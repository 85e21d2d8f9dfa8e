import { ReplyError } from "../base/errors.ts";
import { OPTION, readOptions, sent, sentKey, sentKeys } from "./_arguments.ts";
import { parseInteger } from "./_integers.ts";
import { ExpiryCommands } from "./expiry.ts";
import type { Keyspace } from "./keyspace.ts";

const KEY_NEW_KEY: readonly string[] = ["key", "newKey"];
const SOURCE_DESTINATION: readonly string[] = ["source", "destination"];
const COPY_OPTIONS = { REPLACE: false, DB: true };
const INT_MIN = -(2n ** 31n);
const INT_MAX = 2n ** 31n - 1n;

/** The commands that work on keys, whatever their values. */
export abstract class KeyCommands extends ExpiryCommands {
  /**
   * Removes keys: Redis's `DEL`.
   *
   * @param keys The keys, spread or as one array.
   * @returns How many were there.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   *
   * @example Removing two keys
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset("color", "red", "shape", "round");
   * assertEquals(storage.del("color", "shape", "size"), 2);
   * ```
   */
  del(...keys: (string | number)[] | [(string | number)[]]): number;
  del(...args: unknown[]): number {
    return remove(this.keyspace, "del", args);
  }

  /**
   * Removes keys: Redis's `UNLINK`. Here it is the same as `del`.
   *
   * @param keys The keys, spread or as one array.
   * @returns How many were there.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   *
   * @example Removing a key
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.unlink(["color", "shape"]), 1);
   * ```
   */
  unlink(...keys: (string | number)[] | [(string | number)[]]): number;
  unlink(...args: unknown[]): number {
    return remove(this.keyspace, "unlink", args);
  }

  /**
   * Counts the keys that are there: Redis's `EXISTS`. A key that is named twice
   * counts twice.
   *
   * @param keys The keys, spread or as one array.
   * @returns How many are there.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   *
   * @example Whether a key is there
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.exists("color"), 1);
   * assertEquals(storage.exists("color", "color", "shape"), 2);
   * ```
   */
  exists(...keys: (string | number)[] | [(string | number)[]]): number;
  exists(...args: unknown[]): number {
    const { keyspace } = this;
    const keys = sentKeys("exists", args);
    return count(keyspace, "read", keys, (key) => keyspace.has(key));
  }

  /**
   * Marks keys as used: Redis's `TOUCH`. Their deadlines stay.
   *
   * @param keys The keys, spread or as one array.
   * @returns How many are there.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   *
   * @example Touching a key
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.touch("color", "shape"), 1);
   * ```
   */
  touch(...keys: (string | number)[] | [(string | number)[]]): number;
  touch(...args: unknown[]): number {
    const { keyspace } = this;
    const keys = sentKeys("touch", args);
    // No byte of a value at all, which is a use of it all the same.
    const use = (key: string) => keyspace.range(key, 0, 0) !== undefined;
    return count(keyspace, "read", keys, use);
  }

  /**
   * Replies with the type of a value: Redis's `TYPE`.
   *
   * @param key The key.
   * @returns `"string"`, `"none"` if the key is absent.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example All values are strings
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.type("color"), "string");
   * assertEquals(storage.type("shape"), "none");
   * ```
   */
  type(key: string | number): "string" | "none";
  type(...args: unknown[]): "string" | "none" {
    const key = sentKey("type", args);
    return this.keyspace.has(key) ? "string" : "none";
  }

  /**
   * Gives a key a new name: Redis's `RENAME`. Its deadline goes with it; what
   * has the new name is replaced.
   *
   * @param key The key.
   * @param newKey Its new name.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the key is absent.
   *
   * @example A new name
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("colour", "red");
   * storage.rename("colour", "color");
   * assertEquals(storage.get("color"), "red");
   * ```
   */
  rename(key: string | number, newKey: string | number): "OK";
  rename(...args: unknown[]): "OK" {
    const [key, newKey] = sent("rename", args, KEY_NEW_KEY);
    rename(this.keyspace, key, newKey, true);
    return "OK";
  }

  /**
   * Gives a key a new name if that is free: Redis's `RENAMENX`.
   *
   * @param key The key.
   * @param newKey Its new name.
   * @returns `1` if it was done, else `0`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the key is absent.
   *
   * @example A name that is taken
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset("a", 1, "b", 2);
   * assertEquals(storage.renamenx("a", "b"), 0);
   * assertEquals(storage.renamenx("a", "c"), 1);
   * ```
   */
  renamenx(key: string | number, newKey: string | number): 0 | 1;
  renamenx(...args: unknown[]): 0 | 1 {
    const [key, newKey] = sent("renamenx", args, KEY_NEW_KEY);
    return rename(this.keyspace, key, newKey, false) ? 1 : 0;
  }

  /**
   * Copies a value and its deadline to another key: Redis's `COPY`.
   *
   * @param source The key of the value.
   * @param destination The other key.
   * @param options `"REPLACE"`: over what is there. `"DB", 0`: to the database
   *   `0`, the only one.
   * @returns `1` if it was done, `0` if the source is absent or the destination
   *   is there.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If both keys are the same, or the options are not
   *   these.
   *
   * @example Copying over a value
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset("a", 1, "b", 2);
   * assertEquals(storage.copy("a", "b"), 0);
   * assertEquals(storage.copy("a", "b", "REPLACE"), 1);
   * assertEquals(storage.get("b"), "1");
   * ```
   */
  copy(
    source: string | number,
    destination: string | number,
    ...options:
      | []
      | ["REPLACE"]
      | ["DB", number | string]
      | ["DB", number | string, "REPLACE"]
      | ["REPLACE", "DB", number | string]
  ): 0 | 1;
  copy(...args: unknown[]): 0 | 1 {
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
    const { keyspace } = this;
    return keyspace.atomically("write", () => {
      const entry = keyspace.entry(source);
      if (entry === undefined) return 0;
      if (!replace && keyspace.has(destination)) return 0;
      keyspace.set(destination, entry.value, entry.deadline);
      return 1;
    }, true);
  }
}

/** DEL and UNLINK. */
function remove(keyspace: Keyspace, command: string, args: unknown[]): number {
  const keys = sentKeys(command, args);
  return count(keyspace, "write", keys, (key) => keyspace.delete(key));
}

/** For how many of some keys a call of the keyspace answers yes. */
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

/** RENAME and RENAMENX: whether it was done. */
function rename(
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
    // Removed first, the key makes room for the new one in a full keyspace.
    keyspace.delete(key);
    keyspace.set(newKey, entry.value, entry.deadline);
    return true;
  });
}

/** Checks the number of a database: there is one, 0. */
function checkDatabase(text: string): void {
  const database = parseInteger(text);
  if (database < INT_MIN || database > INT_MAX) {
    throw new ReplyError(
      `ERR value is out of range, value must between ${INT_MIN} and ${INT_MAX}`,
    );
  }
  if (database !== 0n) throw new ReplyError("ERR DB index is out of range");
}
