import type { JsonValue } from "../backend/_json.ts";
import {
  deleteKey,
  unknownOutcome,
  watchConnection,
} from "../backend/_lost_reply.ts";
import {
  clearUnder,
  entriesUnder,
  keysUnder,
  prefixOf,
} from "../backend/_names.ts";
import { checkKeyPart, checkName, findStorage } from "../backend/_options.ts";
import { isPending } from "../backend/_replies.ts";
import { NotTextError, updateFor } from "../backend/update.ts";
import { checkType, kindOf, quote } from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import { CollectionValueError } from "./errors.ts";
import { type Lifetime, readLifetime, readTtl } from "./_lifetime.ts";
import type {
  CollectionOptions,
  CollectionSetOptions,
  CollectionStorage,
  CollectionUpdateOptions,
} from "./options.ts";
import { forget, Values } from "./_values.ts";

const MAKE = "make the collection";
const OPTIONS = ["storage", "ttl", "sliding", "schema", "codec"] as const;
const COMMANDS = [
  "del",
  "exists",
  "get",
  "getex",
  "pexpire",
  "pttl",
  "scan",
  "set",
] as const;
const GET = "get the entry";
const SET = "set the entry";
const ADD = "add the entry";
const UPDATE = "update the entry";
const TAKE = "take the entry";
const DELETE = "delete the entry";

/**
 * Typed values under a name, with a TTL, on any backend.
 *
 * The key in the backend is `name:key`, with `%` and `:` in the name percent-encoded, so no
 * collection reaches another's keys. Every method is atomic and uses one key, so collections work
 * on a cluster and can be shared by processes. Only `keys`, `entries` and `clear` use many keys:
 * they scan the backend with `SCAN`.
 *
 * All methods reject with a `TypeError` for a key that is not a string, with a `RangeError` for a
 * key with half of a surrogate pair, and with the errors of the backend. If the connection to a
 * server breaks before the reply to `add`, `update`, `take` or `delete` arrives, it may be unknown
 * whether the server executed it: then the method rejects with a `StorageError` with the code
 * `"unavailable"`.
 *
 * @typeParam T The type of the values: the schema's output, or without a schema and a codec, any
 *   JSON value.
 *
 * @example Sessions that survive restarts and are shared by processes
 * ```ts
 * import { connectStorage } from "@mayfly/store/connect";
 * import { Collection } from "@mayfly/store/collection";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = await connectStorage("memory:"); // "file:state.db", "redis://localhost"
 * const sessions = new Collection<{ user: string }>("session", { storage, ttl: 3_600_000 });
 * await sessions.set("s1", { user: "ada" });
 * assertEquals(await sessions.get("s1"), { user: "ada" });
 * ```
 */
export class Collection<T = JsonValue> {
  readonly #storage: () => CollectionStorage;
  readonly #prefix: string;
  readonly #ttl: number;
  readonly #sliding: boolean;
  readonly #values: Values<T>;

  /**
   * Creates a collection. Nothing is stored yet.
   *
   * @param name Separates its keys from all others in the backend; not empty.
   * @param options The storage, the TTL, the schema and the codec.
   * @throws {TypeError} An argument has the wrong type, or an option has an unknown name.
   * @throws {RangeError} `name` is empty or has half of a surrogate pair, `ttl` is not positive, or
   * `sliding` is given without a finite `ttl`.
   */
  constructor(name: string, options?: CollectionOptions<T>) {
    checkName(MAKE, "name", name);
    const { storage, ttl = Infinity, sliding = false, schema, codec } =
      readOptions(MAKE, options, OPTIONS);
    checkType(MAKE, "sliding", sliding, "boolean");
    this.#storage = findStorage(MAKE, storage, COMMANDS);
    this.#prefix = prefixOf(name, ":");
    this.#ttl = readTtl(MAKE, ttl);
    if (sliding && this.#ttl === Infinity) {
      throw new RangeError(
        `Cannot ${MAKE}: "sliding" needs a "ttl" other than Infinity: received ttl ${ttl}`,
      );
    }
    this.#sliding = sliding;
    this.#values = new Values(MAKE, schema, codec);
  }

  /**
   * Returns a value. In a sliding collection this restarts the entry's TTL.
   *
   * @param key The key.
   * @returns The value, or `undefined`.
   * @throws {CollectionValueError} The stored text is not a value of this collection.
   *
   * @example Usage
   * ```ts
   * import { Collection } from "@mayfly/store/collection";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(await new Collection("page").get("no such key"), undefined);
   * ```
   */
  async get(key: string): Promise<T | undefined> {
    const name = this.#name(GET, key);
    const reply = this.#sliding
      ? this.#storage().getex(name, "PX", this.#ttl)
      : this.#storage().get(name);
    const text = isPending(reply) ? await reply : reply;
    return text === null ? undefined : this.#values.decode(GET, key, text);
  }

  /**
   * Returns whether a key exists. The TTL does not change.
   *
   * @param key The key.
   * @returns Whether it exists.
   *
   * @example Usage
   * ```ts
   * import { Collection } from "@mayfly/store/collection";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(await new Collection("page").has("no such key"), false);
   * ```
   */
  async has(key: string): Promise<boolean> {
    return Boolean(
      Number(await this.#storage().exists(this.#name("find the entry", key))),
    );
  }

  /**
   * Stores a value.
   *
   * @param key The key.
   * @param value The value.
   * @param ttl The TTL in ms, or an object with a `ttl`, an `expiresAt` or `keepTtl`. Default: the
   * collection's `ttl`.
   * @throws {CollectionValueError} The value cannot be stored.
   * @throws {TypeError} An argument has the wrong type.
   * @throws {RangeError} A time is out of range.
   *
   * @example Keep the TTL of the old value
   * ```ts
   * import { Collection } from "@mayfly/store/collection";
   * import { assert } from "@std/assert";
   *
   * const pages = new Collection<string>("page");
   * await pages.set("home", "<h1>", 60_000);
   * await pages.set("home", "<h2>", { keepTtl: true });
   * assert((await pages.remainingTtl("home"))! <= 60_000);
   * ```
   */
  async set(
    key: string,
    value: T,
    ttl?: number | CollectionSetOptions,
  ): Promise<void> {
    const name = this.#name(SET, key);
    const life = readLifetime(SET, ttl, this.#ttl);
    const text = this.#values.encode(SET, "value", value);
    const storage = this.#storage();
    if (life === "keep") return await this.#setKeeping(storage, name, text);
    const [unit, time] = timeOf(life);
    if (time === Infinity) await storage.set(name, text);
    else await storage.set(name, text, unit as "PX", time);
  }

  /**
   * Stores a value only if the key is absent. Of any number of concurrent calls, on any number of
   * machines, exactly one gets `true`.
   *
   * @param key The key.
   * @param value The value.
   * @param ttl As for {@linkcode Collection.prototype.set}.
   * @returns Whether it was stored.
   * @throws {CollectionValueError} The value cannot be stored.
   * @throws {TypeError} An argument has the wrong type.
   * @throws {RangeError} A time is out of range.
   *
   * @example One of two
   * ```ts
   * import { Collection } from "@mayfly/store/collection";
   * import { assertEquals } from "@std/assert";
   *
   * const names = new Collection<number>("name");
   * const added = await Promise.all([names.add("ada", 1), names.add("ada", 2)]);
   * assertEquals(added.filter((isMine) => isMine).length, 1);
   * ```
   */
  async add(
    key: string,
    value: T,
    ttl?: number | CollectionSetOptions,
  ): Promise<boolean> {
    const name = this.#name(ADD, key);
    const life = readLifetime(ADD, ttl, this.#ttl);
    const text = this.#values.encode(ADD, "value", value);
    const storage = this.#storage();
    const isSentAgain = watchConnection(storage);
    const [unit, time] = timeOf(life === "keep" ? { ttl: this.#ttl } : life);
    const reply = time === Infinity
      ? await storage.set(name, text, "NX")
      : await storage.set(name, text, unit as "PX", String(time), "NX");
    if (reply === null && isSentAgain()) throw unknownOutcome(ADD);
    return reply !== null;
  }

  /**
   * Changes a value: an atomic read-modify-write. The entry keeps its deadline; a new entry gets the
   * collection's `ttl`.
   *
   * @param key The key.
   * @param change Computes the new value from the old one, which is `undefined` if the key is
   * absent; returning `undefined` removes the entry. It is synchronous, may run more than once and
   * must not use the backend. If it throws, nothing has changed.
   * @param options A new TTL.
   * @returns The new value, as it is stored.
   * @throws {CollectionValueError} The new value cannot be stored, or the stored text is not a value
   * of this collection.
   * @throws {TypeError} An argument has the wrong type, or the backend has neither `batch` nor
   *   scripts.
   * @throws {RangeError} `ttl` is not positive.
   *
   * @example A counter
   * ```ts
   * import { Collection } from "@mayfly/store/collection";
   * import { assertEquals } from "@std/assert";
   *
   * const visits = new Collection<number>("visits", { ttl: 86_400_000 });
   * await Promise.all([1, 2, 3].map(() => visits.update("ada", (count = 0) => count + 1)));
   * assertEquals(await visits.get("ada"), 3);
   * ```
   */
  async update(
    key: string,
    change: (value: T | undefined) => T | undefined,
    options?: CollectionUpdateOptions,
  ): Promise<T | undefined> {
    const name = this.#name(UPDATE, key);
    checkType(UPDATE, "change", change, "function", kindOf);
    const { ttl } = readOptions(UPDATE, options, ["ttl"]);
    const given = ttl === undefined ? undefined : readTtl(UPDATE, ttl);
    let result: T | undefined;
    await this.#update(UPDATE, key, name, (text) => {
      const value = change(
        text === null ? undefined : this.#values.decode(UPDATE, key, text),
      );
      result = undefined;
      if (value === undefined) return null;
      // An async function: it is refused as a value that is not JSON.
      forget(value);
      const next = this.#values.encode(UPDATE, "change(value)", value);
      result = this.#values.decode(UPDATE, key, next);
      return next;
    }, (isNew) => given ?? (isNew ? this.#ttl : undefined));
    return result;
  }

  /**
   * Removes an entry and returns its value. Of any number of concurrent calls, on any number of
   * machines, exactly one gets the value.
   *
   * @param key The key.
   * @returns The value, or `undefined`.
   * @throws {CollectionValueError} The stored text is not a value of this collection. It stays.
   *
   * @example Usage
   * ```ts
   * import { Collection } from "@mayfly/store/collection";
   * import { assertEquals } from "@std/assert";
   *
   * const codes = new Collection<string>("code");
   * await codes.set("4711", "ada");
   * assertEquals(await codes.take("4711"), "ada");
   * assertEquals(await codes.take("4711"), undefined);
   * ```
   */
  async take(key: string): Promise<T | undefined> {
    const name = this.#name(TAKE, key);
    let taken: T | undefined;
    await this.#update(TAKE, key, name, (text) => {
      taken = text === null ? undefined : this.#values.decode(TAKE, key, text);
      return null;
    });
    return taken;
  }

  /**
   * Removes an entry.
   *
   * @param key The key.
   * @returns Whether it existed.
   *
   * @example Usage
   * ```ts
   * import { Collection } from "@mayfly/store/collection";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(await new Collection("page").delete("no such key"), false);
   * ```
   */
  async delete(key: string): Promise<boolean> {
    const name = this.#name(DELETE, key);
    return await deleteKey(this.#storage(), name, DELETE);
  }

  /**
   * Restarts the TTL of an entry.
   *
   * @param key The key.
   * @param ttl The new TTL in ms: positive, a fraction is rounded up; `Infinity`: the entry never
   * expires. Default: the collection's `ttl`.
   * @returns Whether the entry existed.
   * @throws {TypeError} `ttl` is not a number.
   * @throws {RangeError} `ttl` is not positive.
   *
   * @example Usage
   * ```ts
   * import { Collection } from "@mayfly/store/collection";
   * import { assertEquals } from "@std/assert";
   *
   * const pages = new Collection<string>("page", { ttl: 60_000 });
   * await pages.set("home", "<h1>", 1000);
   * assertEquals(await pages.touch("home"), true);
   * ```
   */
  async touch(key: string, ttl?: number): Promise<boolean> {
    const action = "touch the entry";
    const name = this.#name(action, key);
    const time = ttl === undefined ? this.#ttl : readTtl(action, ttl);
    if (time === Infinity) {
      // PERSIST does not tell an absent key from one that never expires.
      return await this.#storage().getex(name, "PERSIST") !== null;
    }
    return Number(await this.#storage().pexpire(name, time)) > 0;
  }

  /**
   * Returns the time until an entry expires.
   *
   * @param key The key.
   * @returns The time in ms, `Infinity` if it never expires, `undefined` if the key is absent.
   *
   * @example Usage
   * ```ts
   * import { Collection } from "@mayfly/store/collection";
   * import { assertEquals } from "@std/assert";
   *
   * const pages = new Collection<string>("page");
   * await pages.set("home", "<h1>");
   * assertEquals(await pages.remainingTtl("home"), Infinity);
   * ```
   */
  async remainingTtl(key: string): Promise<number | undefined> {
    const name = this.#name("read the ttl of the entry", key);
    const left = Number(await this.#storage().pttl(name));
    return left >= 0 ? left : left === -1 ? Infinity : undefined;
  }

  /**
   * Lists the keys of all entries, each once, in no particular order. A key that is added or
   * removed during the listing may or may not be listed.
   *
   * @returns The keys, for `for await`.
   *
   * @example Usage
   * ```ts
   * import { Collection } from "@mayfly/store/collection";
   * import { assertEquals } from "@std/assert";
   *
   * const pages = new Collection<string>("page");
   * await pages.set("home", "<h1>");
   * assertEquals(await Array.fromAsync(pages.keys()), ["home"]);
   * ```
   */
  async *keys(): AsyncIterable<string> {
    yield* keysUnder(this.#storage(), this.#prefix);
  }

  /**
   * Lists all entries, in no particular order. An entry that is added or removed during the listing
   * may or may not be listed. TTLs do not change.
   *
   * @returns Pairs of key and value, for `for await`.
   * @throws {CollectionValueError} A stored text is not a value of this collection.
   *
   * @example Usage
   * ```ts
   * import { Collection } from "@mayfly/store/collection";
   * import { assertEquals } from "@std/assert";
   *
   * const pages = new Collection<string>("page");
   * await pages.set("home", "<h1>");
   * assertEquals(await Array.fromAsync(pages.entries()), [["home", "<h1>"]]);
   * ```
   */
  async *entries(): AsyncIterable<[string, T]> {
    const entries = entriesUnder(this.#storage(), this.#prefix);
    for await (const [key, text] of entries) {
      yield [key, this.#values.decode("list the entries", key, text)];
    }
  }

  /**
   * Removes all entries, and no other key of the backend. An entry that is added during the call
   * may stay.
   *
   * @example Usage
   * ```ts
   * import { Collection } from "@mayfly/store/collection";
   * import { assertEquals } from "@std/assert";
   *
   * const pages = new Collection<string>("page");
   * await pages.set("home", "<h1>");
   * await pages.clear();
   * assertEquals(await pages.has("home"), false);
   * ```
   */
  async clear(): Promise<void> {
    await clearUnder(this.#storage(), this.#prefix);
  }

  /** Returns the key in the backend. */
  #name(action: string, key: unknown): string {
    checkKeyPart(action, "key", key);
    return this.#prefix + key;
  }

  /** Replaces an entry and keeps its deadline; a new entry gets the collection's ttl. */
  async #setKeeping(
    storage: CollectionStorage,
    name: string,
    text: string,
  ): Promise<void> {
    if (this.#ttl === Infinity) {
      await storage.set(name, text, "KEEPTTL");
      return;
    }
    const ttl = String(this.#ttl);
    // The key may appear or disappear between the two commands.
    while (
      await storage.set(name, text, "KEEPTTL", "XX") === null &&
      await storage.set(name, text, "PX", ttl, "NX") === null
    );
  }

  /** Changes the text of a key in an atomic read-modify-write. */
  async #update(
    action: string,
    key: string,
    name: string,
    change: (text: string | null) => string | null,
    ttlOf: (isNew: boolean) => number | undefined = () => undefined,
  ): Promise<void> {
    const storage = this.#storage();
    try {
      await updateFor(storage, name, change, ttlOf);
    } catch (error) {
      if (!(error instanceof NotTextError)) throw error;
      throw new CollectionValueError(
        `Cannot ${action}: the stored value of ${
          quote(key)
        } must be UTF-8 text: received bytes that are not`,
      );
    }
  }
}

/** The option of `SET` for a time, and the time, which may be `Infinity`. */
function timeOf(life: Exclude<Lifetime, "keep">): ["PX" | "PXAT", number] {
  return "ttl" in life ? ["PX", life.ttl] : ["PXAT", life.until];
}
