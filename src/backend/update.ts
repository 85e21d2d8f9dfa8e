import {
  checkTtl,
  checkType,
  isThenable,
  kindOf,
  MILLISECONDS,
  quote,
} from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import { keyspaceOf } from "../redis/_keyspace_of.ts";
import type { Keyspace } from "../redis/keyspace.ts";
import { scriptsOf, updateOnServer } from "./_compare_and_set.ts";
import { checkCommands } from "./_commands.ts";
import type { StorageBackend } from "./storage_backend.ts";

const UPDATE = "update the key";

/**
 * Options of {@linkcode update}.
 *
 * @example A value that lives for a minute from its last change on
 * ```ts
 * import { InMemoryStorage, update, type UpdateOptions } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const options: UpdateOptions = { ttl: 60_000 };
 * using storage = new InMemoryStorage();
 * await update(storage, "seen", () => "yes", options);
 * assertEquals(storage.ttl("seen"), 60);
 * ```
 */
export interface UpdateOptions {
  /**
   * The new TTL of the key, in ms: positive and finite; a fraction is rounded up.
   *
   * @default {the key keeps its deadline; a new key never expires}
   */
  ttl?: number | undefined;
}

/** A stored value is not UTF-8 text. */
export class NotTextError extends TypeError {}

/**
 * Changes a value in an atomic read-modify-write, on every backend. In memory and in a file it is
 * one transaction. On a server it is a script that writes only if the value is still the one that
 * was read; `update` retries until it is.
 *
 * A client that lost its connection may send the command again, as `ioredis` does. If it is then
 * unknown whether the value was changed, `update` rejects and does not change it a second time.
 *
 * @param storage The backend: a storage of this package, or a client that can run a script (`ioredis` and
 * `iovalkey`, their clusters, Bun's).
 * @param key The key. A client's `keyPrefix` applies.
 * @param change Computes the new value from the old one, `null` for an absent key. Its result is
 *   stored; `null` removes the key. It must be synchronous, may run more than once, and must not
 *   use the storage. If it throws, nothing has changed.
 * @param options The TTL of the key.
 * @returns The new value.
 * @throws {TypeError} An argument, or the result of `change`, has the wrong type; the backend has
 *   neither `batch` nor scripts; or the stored value is not UTF-8 text. The promise rejects.
 * @throws {RangeError} `ttl` is not positive and finite.
 * @throws {StorageError} `"unavailable"`: the connection broke before the reply arrived, and it is
 *   unknown whether the value was changed.
 *
 * @example A list that several processes add to
 * ```ts
 * import { getStorageBackend, update } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = getStorageBackend();
 * const add = (name: string) =>
 *   update(storage, "guests", (value) => {
 *     const guests: string[] = JSON.parse(value ?? "[]");
 *     return JSON.stringify([...guests, name]);
 *   });
 * await Promise.all([add("Ada"), add("Grace")]);
 * assertEquals(await storage.get("guests"), '["Ada","Grace"]');
 * ```
 */
export async function update(
  storage: Pick<StorageBackend, "get">,
  key: string,
  change: (value: string | null) => string | null,
  options?: UpdateOptions,
): Promise<string | null> {
  checkCommands(UPDATE, "storage", storage, ["get"]);
  checkType(UPDATE, "key", key, "string", kindOf);
  checkType(UPDATE, "change", change, "function", kindOf);
  const ttl = readTtl(readOptions(UPDATE, options, ["ttl"]));
  return await updateFor(storage, key, change, () => ttl);
}

/**
 * As {@linkcode update}, for checked arguments.
 *
 * @param ttlOf Returns the TTL in whole ms, for a new key or an existing one: `undefined` keeps the
 *   deadline, `Infinity` removes it.
 */
export async function updateFor(
  storage: Pick<StorageBackend, "get">,
  key: string,
  change: (value: string | null) => string | null,
  ttlOf: (isNew: boolean) => number | undefined,
): Promise<string | null> {
  const checked = (value: string | null) => checkChanged(change(value));
  const noText = () =>
    new NotTextError(
      `Cannot ${UPDATE}: the value of ${quote(key)} must be UTF-8 text`,
    );

  const keyspace = keyspaceOf(storage);
  if (keyspace !== undefined) {
    return updateKeyspace(keyspace, key.toWellFormed(), checked, ttlOf, noText);
  }
  const run = scriptsOf(storage);
  if (run === undefined) {
    throw new TypeError(
      `Cannot ${UPDATE}: "storage" must have an atomic step, as a storage of this package has and a client that runs scripts ("eval", "send"): received ${
        kindOf(storage)
      }`,
    );
  }
  return await updateOnServer({
    ...{ client: storage, run, key, change: checked, ttlOf, noText },
  });
}

/** Updates a key of a storage of this package. */
function updateKeyspace(
  keyspace: Keyspace,
  key: string,
  change: (value: string | null) => string | null,
  ttlOf: (isNew: boolean) => number | undefined,
  noText: () => Error,
): string | null {
  return keyspace.atomically("write", () => {
    const value = keyspace.get(key) ?? null;
    // A value that is not UTF-8 is bytes.
    if (typeof value === "object" && value !== null) throw noText();
    const next = change(value);
    const ttl = ttlOf(value === null);
    if (next === null) {
      keyspace.delete(key);
    } else {
      const deadline = ttl === undefined
        ? keyspace.deadline(key) ?? Infinity
        : keyspace.now() + ttl;
      keyspace.set(key, next.toWellFormed(), deadline);
    }
    return next;
  });
}

function readTtl({ ttl }: UpdateOptions): number | undefined {
  if (ttl === undefined) return undefined;
  checkTtl(UPDATE, "ttl", ttl, MILLISECONDS);
  return Math.ceil(ttl);
}

/** The result of `change`, if it may be stored. */
function checkChanged(value: unknown): string | null {
  if (value === null || typeof value === "string") return value;
  let kind = kindOf(value);
  if (isThenable(value)) {
    kind = "a promise";
    // An async function: its rejection would be unhandled.
    Promise.resolve(value).catch(() => {});
  }
  throw new TypeError(
    `Cannot ${UPDATE}: "change" must return a string or null: received ${kind}`,
  );
}
