import type { JsonValue } from "../backend/_json.ts";
import { unknownOutcome, watchConnection } from "../backend/_lost_reply.ts";
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
 * A key lies in the backend as `name:key`, with `%` and `:` in the name escaped by percent, so that
 * no collection reaches another's keys. Every method works on one key, in one atomic step, so it
 * runs on a cluster and beside other processes; `keys`, `entries` and `clear` walk over the backend
 * by `SCAN`.
 *
 * All methods reject with a `TypeError` for a key that is not a string, with a `RangeError` for one
 * that has half a surrogate pair in it, and with what the backend throws. Where a client that lost
 * its connection may have sent a command twice, and the reply would not be true, they reject with a
 * `StorageError`.
 *
 * @typeParam T The type of the values: the schema's output, or without a schema and a codec,
 * anything that JSON can hold.
 *
 * @example Sessions over restarts, shared by processes
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
   * Makes a collection; nothing is stored yet.
   *
   * @param name What tells its keys from all others in the backend; not empty.
   * @param options Where the values are kept, for how long, and how they are checked and encoded.
   * @throws {TypeError} An argument is of the wrong kind, or an option is not known.
   * @throws {RangeError} `name` is empty or has half a surrogate pair in it, `ttl` is not positive,
   * or `sliding` is given without a `ttl`.
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
   * Reads a value. In a sliding collection the entry's TTL starts again.
   *
   * @param key The key.
   * @returns The value, or `undefined`.
   * @throws {CollectionValueError} What is stored is not a value of this collection.
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
   * Whether a key is there. The entry's TTL stays as it is.
   *
   * @param key The key.
   * @returns Whether it is there.
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
   * @param ttl How long the entry lives, in ms, or a deadline, or the one that there is; without
   * it, the collection's `ttl`.
   * @throws {CollectionValueError} The value cannot be stored.
   * @throws {TypeError} An argument is of the wrong kind.
   * @throws {RangeError} A time is out of range.
   *
   * @example For a minute, and then with what is left of it
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
   * Stores a value only if the key is not there: of any number of calls at once, on any number of
   * machines, one gets `true`.
   *
   * @param key The key.
   * @param value The value.
   * @param ttl How long the entry lives, as for {@linkcode Collection.prototype.set}.
   * @returns Whether it was stored.
   * @throws {CollectionValueError} The value cannot be stored.
   * @throws {TypeError} An argument is of the wrong kind.
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
   * Changes a value as one atomic step: no other write comes between reading and writing. The
   * entry's deadline stays as it is; a new entry gets the collection's `ttl`.
   *
   * @param key The key.
   * @param change Computes the new value from the old one, `undefined` where there is none;
   * `undefined` removes the entry. Synchronous; may run more than once; must not use the backend.
   * What it throws is thrown, and nothing has changed.
   * @param options How long the entry lives from now on.
   * @returns The new value, as it is stored.
   * @throws {CollectionValueError} The new value cannot be stored, or what is stored is not a value
   * of this collection.
   * @throws {TypeError} An argument is of the wrong kind, or the backend has no atomic step.
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
   * Reads a value and removes it: of any number of calls at once, on any number of machines, one
   * gets it.
   *
   * @param key The key.
   * @returns The value, or `undefined`.
   * @throws {CollectionValueError} What is stored is not a value of this collection; it stays there.
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
   * @returns Whether it was there.
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
    const storage = this.#storage();
    const isSentAgain = watchConnection(storage);
    const isRemoved = Number(await storage.del(name)) > 0;
    if (!isRemoved && isSentAgain()) throw unknownOutcome(DELETE);
    return isRemoved;
  }

  /**
   * Starts an entry's TTL again.
   *
   * @param key The key.
   * @param ttl How long the entry lives from now on, in ms: positive, a fraction is rounded up;
   * `Infinity`: for ever. Without it, the collection's `ttl`.
   * @returns Whether it was there.
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
   * How long an entry has left.
   *
   * @param key The key.
   * @returns The time in ms, `Infinity` for an entry that never expires, `undefined` for none.
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
   * The keys of all entries, each once, in no certain order. One that comes or goes meanwhile may
   * be among them or not.
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
   * All entries, in no certain order. One that comes or goes meanwhile may be among them or not.
   * TTLs stay as they are.
   *
   * @returns Pairs of key and value, for `for await`.
   * @throws {CollectionValueError} What is stored under a key is not a value of this collection.
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
   * Removes all entries, and no other key of the backend. One that comes meanwhile may stay.
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

  /** The key in the backend. */
  #name(action: string, key: unknown): string {
    checkKeyPart(action, "key", key);
    return this.#prefix + key;
  }

  /** Stores over what is there with the time it has left, else with the collection's ttl. */
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
    // The key may come and go between the two.
    while (
      await storage.set(name, text, "KEEPTTL", "XX") === null &&
      await storage.set(name, text, "PX", ttl, "NX") === null
    );
  }

  /** Changes the text of a key as one step. */
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

/** The word of `SET` for a time, and the time, which may be `Infinity`. */
function timeOf(life: Exclude<Lifetime, "keep">): ["PX" | "PXAT", number] {
  return "ttl" in life ? ["PX", life.ttl] : ["PXAT", life.until];
}
