/**
 * Prefixes that separate the keys of one collection, cache or adapter from all others in a backend,
 * and the listing of such keys.
 */

import { keyspaceOf } from "../redis/_keyspace_of.ts";
import { escapeGlob, listKeys } from "./list_keys.ts";
import { ifString } from "./_replies.ts";
import type { StorageBackend } from "./storage_backend.ts";

/** The number of keys of a server that are read or removed at the same time. */
const AT_ONCE = 100;

/**
 * The prefix of the keys of a name: the name and a separator. `%` and the characters of the
 * separator are escaped in the name, so no prefix begins with another one.
 */
export function prefixOf(name: string, separator: string): string {
  const escaped = Array.from(
    name,
    (character) =>
      character === "%" || separator.includes(character)
        ? `%${character.codePointAt(0)!.toString(16).padStart(2, "0")}`
        : character,
  );
  return escaped.join("") + separator;
}

/** The commands of a backend that a listing needs. */
type Listed = Pick<StorageBackend, "scan">;

/** Lists the keys with a prefix, each once and without the prefix. */
export async function* keysUnder(
  storage: Listed,
  prefix: string,
): AsyncGenerator<string, void, void> {
  for await (const name of listKeys(storage, escapeGlob(prefix) + "*")) {
    yield name.slice(prefix.length);
  }
}

/** Lists the keys with a prefix, without it, and their values. */
export async function* entriesUnder(
  storage: Listed & Pick<StorageBackend, "get">,
  prefix: string,
): AsyncGenerator<[key: string, text: string], void, void> {
  for await (const keys of pages(storage, prefix)) {
    const texts = await Promise.all(
      // A key of another Redis type belongs to another program.
      keys.map((key) => ifString(storage.get(prefix + key))),
    );
    for (const [i, text] of texts.entries()) {
      if (typeof text === "string") yield [keys[i]!, text];
    }
  }
}

/** Removes the keys with a prefix. */
export async function clearUnder(
  storage: Listed & Pick<StorageBackend, "del">,
  prefix: string,
): Promise<void> {
  for await (const keys of pages(storage, prefix)) {
    await Promise.all(keys.map((key) => storage.del(prefix + key)));
  }
}

/**
 * The keys with a prefix, in pages. For a storage in this process a page is one key, so that the
 * event loop can run between any two values; larger pages would not be faster.
 */
async function* pages(
  storage: Listed,
  prefix: string,
): AsyncGenerator<string[], void, void> {
  const size = keyspaceOf(storage) === undefined ? AT_ONCE : 1;
  let page: string[] = [];
  for await (const key of keysUnder(storage, prefix)) {
    page.push(key);
    if (page.length < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
