import { KEY_VALUE, sent, sentKeys, wrongArity } from "./_arguments.ts";
import { readText } from "./_reading.ts";
import type { Keyspace } from "./keyspace.ts";
import { SetCommands } from "./setting.ts";

/** The commands that read or write many values at once. */
export abstract class BatchCommands extends SetCommands {
  /**
   * Reads the values of many keys: Redis's `MGET`.
   *
   * @param keys The keys, spread or as one array.
   * @returns The values in the order of the keys, `null` for each that is
   *   absent.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   *
   * @example Reading two keys
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.mget("color", "shape"), ["red", null]);
   * ```
   */
  mget(...keys: (string | number)[] | [(string | number)[]]): (string | null)[];
  mget(...args: unknown[]): (string | null)[] {
    const keys = sentKeys("mget", args);
    const { keyspace } = this;
    const read = (key: string) => readText(keyspace, key);
    if (keys.length === 1) return [read(keys[0])];
    return keyspace.atomically("read", () => keys.map(read));
  }

  /**
   * Stores many values that never expire: Redis's `MSET`.
   *
   * @param pairs Key, value, key, value, spread or as one array; or an object
   *   or a `Map` of the values by their keys.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key, or a key without a value.
   *
   * @example Three ways to spell it
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset("color", "red", "shape", "round");
   * storage.mset({ color: "blue" });
   * storage.mset(new Map([["shape", "square"]]));
   * assertEquals(storage.mget("color", "shape"), ["blue", "square"]);
   * ```
   */
  mset(...pairs: (string | number)[] | [(string | number)[]]): "OK";
  /**
   * Stores many values that never expire, given by their keys.
   *
   * @param values The values.
   * @returns `"OK"`.
   * @throws {TypeError} If a key or a value cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   */
  mset(
    values:
      | Record<string, string | number>
      | ReadonlyMap<string | number, string | number>,
  ): "OK";
  mset(...args: unknown[]): "OK" {
    const pairs = pairsOf("mset", args);
    const { keyspace } = this;
    keyspace.atomically("write", () => setAll(keyspace, pairs));
    return "OK";
  }

  /**
   * Stores many values that never expire if all of the keys are absent, else
   * none of them: Redis's `MSETNX`.
   *
   * @param pairs As for `mset`.
   * @returns `1` if they were stored, else `0`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If there is no key, or a key without a value.
   *
   * @example All or nothing
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.msetnx("shape", "round", "color", "blue"), 0);
   * assertEquals(storage.get("shape"), null);
   * ```
   */
  msetnx(...pairs: (string | number)[] | [(string | number)[]]): 0 | 1;
  /**
   * Stores many values, given by their keys, if all of the keys are absent.
   *
   * @param values The values.
   * @returns `1` if they were stored, else `0`.
   * @throws {TypeError} If a key or a value cannot be sent to a server.
   * @throws {ReplyError} If there is no key.
   */
  msetnx(
    values:
      | Record<string, string | number>
      | ReadonlyMap<string | number, string | number>,
  ): 0 | 1;
  msetnx(...args: unknown[]): 0 | 1 {
    const pairs = pairsOf("msetnx", args);
    const { keyspace } = this;
    return keyspace.atomically("write", () => {
      if (pairs.some(([key]) => keyspace.has(key))) return 0;
      setAll(keyspace, pairs);
      return 1;
    });
  }
}

/** The pairs that MSET and MSETNX are given in one of their spellings. */
function pairsOf(command: string, args: unknown[]): [string, string][] {
  let list = args.flat();
  if (list.length === 1 && typeof list[0] === "object" && list[0] !== null) {
    const entries = list[0] instanceof Map ? list[0] : Object.entries(list[0]);
    list = [...entries].flat();
  }
  const words: string[] = sent(command, list, KEY_VALUE, KEY_VALUE);
  if (words.length % 2 !== 0) throw wrongArity(command);
  const pairs: [string, string][] = [];
  for (let i = 0; i < words.length; i += 2) {
    pairs.push([words[i] as string, words[i + 1] as string]);
  }
  return pairs;
}

function setAll(keyspace: Keyspace, pairs: [string, string][]): void {
  for (const [key, value] of pairs) keyspace.set(key, value, Infinity);
}
