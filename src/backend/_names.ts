/** Names that keep the keys of one thing apart from all others in a backend, and their listing. */

import { keyspaceOf } from "../redis/_keyspace_of.ts";
import { escapeGlob, listKeys } from "./list_keys.ts";
import { ifString } from "./_replies.ts";
import type { StorageBackend } from "./storage_backend.ts";

/** How many keys of a server are read or removed at the same time. */
const AT_ONCE = 100;

/**
 * What the keys of a name begin with: the name and a separator. `%` and the characters of the
 * separator are escaped in the name, so no prefix begins with another.
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

/** What a listing needs of a backend. */
type Listed = Pick<StorageBackend, "scan">;

/** The keys that begin with a prefix, without it, each once. */
export async function* keysUnder(
  storage: Listed,
  prefix: string,
): AsyncGenerator<string, void, void> {
  for await (const name of listKeys(storage, escapeGlob(prefix) + "*")) {
    yield name.slice(prefix.length);
  }
}

/** The keys that begin with a prefix, without it, and what they hold. */
export async function* entriesUnder(
  storage: Listed & Pick<StorageBackend, "get">,
  prefix: string,
): AsyncGenerator<[key: string, text: string], void, void> {
  for await (const keys of pages(storage, prefix)) {
    const texts = await Promise.all(
      // A key of another type is another program's.
      keys.map((key) => ifString(storage.get(prefix + key))),
    );
    for (const [i, text] of texts.entries()) {
      if (typeof text === "string") yield [keys[i]!, text];
    }
  }
}

/** Removes the keys that begin with a prefix. */
export async function clearUnder(
  storage: Listed & Pick<StorageBackend, "del">,
  prefix: string,
): Promise<void> {
  for await (const keys of pages(storage, prefix)) {
    await Promise.all(keys.map((key) => storage.del(prefix + key)));
  }
}

/**
 * The keys under a prefix, some at a time: one from a storage of ours, which has nothing to gain
 * from more, so that the event loop gets its turn between any two values.
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
