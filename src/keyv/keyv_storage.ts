import { findStorage } from "../backend/_options.ts";
import { kindOf, quote, quoteNumber } from "../base/_checks.ts";
import { Emitter } from "./emitter.ts";
import { readOptions } from "../base/_options.ts";
import { clearUnder, entriesUnder, prefixOf } from "../backend/_names.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";

/**
 * Options of {@linkcode KeyvStorage}.
 *
 * @example Usage
 * ```ts
 * import { KeyvStorage, type KeyvStorageOptions } from "@mayfly/store/keyv";
 *
 * const options: KeyvStorageOptions = { namespace: "pages" };
 * new KeyvStorage(options);
 * ```
 */
export interface KeyvStorageOptions {
  /**
   * Where the values are kept.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: Pick<StorageBackend, "del" | "exists" | "get" | "scan" | "set">;
  /**
   * What keeps the keys of one cache apart from all others in the storage. Keyv's own option of
   * that name, where it is given, takes its place.
   *
   * @default {"keyv"}
   */
  namespace?: string;
  /**
   * What stands between the namespace and a key in the storage. Where one of its characters is
   * part of a namespace, it is written as `%` and its number.
   *
   * @default {":"}
   */
  keyPrefixSeparator?: string;
}

/**
 * One of several entries that are set at once.
 *
 * @example Usage
 * ```ts
 * import { type KeyvStorageEntry, KeyvStorage } from "@mayfly/store/keyv";
 * import { assertEquals } from "@std/assert";
 *
 * const entries: KeyvStorageEntry[] = [{ key: "a", value: "1" }, { key: "b", value: "2" }];
 * assertEquals(await new KeyvStorage().setMany(entries), [true, true]);
 * ```
 */
export interface KeyvStorageEntry {
  /** The key. */
  key: string;
  /** The value: text. */
  value: unknown;
  /** When the entry expires: ms since the epoch; `undefined`: never. */
  expires?: number;
}

/**
 * The methods of an adapter.
 *
 * @example Usage
 * ```ts
 * import type { KeyvMethod } from "@mayfly/store/keyv";
 *
 * const method: KeyvMethod = "getMany";
 * ```
 */
export type KeyvMethod =
  | "get"
  | "getMany"
  | "has"
  | "hasMany"
  | "set"
  | "setMany"
  | "delete"
  | "deleteMany"
  | "clear"
  | "disconnect"
  | "iterator";

/**
 * What keyv looks for before it uses an adapter directly.
 *
 * @example Usage
 * ```ts
 * import { type KeyvCapabilities, KeyvStorage } from "@mayfly/store/keyv";
 * import { assertEquals } from "@std/assert";
 *
 * const capabilities: KeyvCapabilities = new KeyvStorage().capabilities;
 * assertEquals(capabilities.expires, true);
 * ```
 */
export interface KeyvCapabilities {
  /** It is an adapter. */
  compatible: true;
  /** With all methods of one. */
  store: "keyvStorage";
  /** How each is written; a generator counts as `"sync"`. */
  methods: Record<KeyvMethod, { exists: true; methodType: "async" | "sync" }>;
  /** It is given deadlines, not times to live. */
  expires: true;
}

const MAKE = "make the keyv storage";
const COMMANDS = ["del", "exists", "get", "scan", "set"] as const;

const METHODS: readonly KeyvMethod[] = [
  "get",
  "getMany",
  "has",
  "hasMany",
  "set",
  "setMany",
  "delete",
  "deleteMany",
  "clear",
  "disconnect",
  "iterator",
];

/**
 * Keyv's storage adapter on any backend. Its keys are `namespace:key`, one key of the storage for
 * each of keyv's, with keyv's deadline; a cluster is given one key at a time.
 *
 * All methods reject with what the backend throws, which keyv emits as `"error"`; so does
 * {@linkcode KeyvStorage.prototype.setMany} for the entries that it could not set.
 *
 * @example With keyv
 * ```ts
 * import { KeyvStorage } from "@mayfly/store/keyv";
 * import { assertEquals } from "@std/assert";
 *
 * const store = new KeyvStorage(); // new Keyv({ store })
 * await store.set("greeting", '{"value":"Hello"}');
 * assertEquals(await Array.fromAsync(store.iterator()), [
 *   ["greeting", '{"value":"Hello"}'],
 * ]);
 * await store.clear();
 * ```
 */
export class KeyvStorage extends Emitter {
  readonly #backend: () => Pick<StorageBackend, typeof COMMANDS[number]>;
  readonly #separator: string;
  #namespace: string | undefined;
  /** What adapters of keyv keep their settings in. Nothing is read from it. */
  readonly opts: Record<string, unknown> = {};

  /**
   * Makes an adapter.
   *
   * @param options The storage, and what comes before every key.
   * @throws {TypeError} An option is of the wrong kind.
   * @throws {RangeError} The namespace or the separator is empty.
   */
  constructor(options?: KeyvStorageOptions) {
    super();
    const { storage, namespace, keyPrefixSeparator = ":" } = readOptions(
      MAKE,
      options,
      ["storage", "namespace", "keyPrefixSeparator"],
    );
    this.#backend = findStorage(MAKE, storage, COMMANDS);
    checkNotEmpty(MAKE, "keyPrefixSeparator", keyPrefixSeparator);
    this.#separator = keyPrefixSeparator;
    this.namespace = namespace;
  }

  /**
   * The namespace that was given, by an option or by keyv; `undefined` stands for `"keyv"`.
   *
   * @returns The namespace, or `undefined`.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(new KeyvStorage({ namespace: "pages" }).namespace, "pages");
   * ```
   */
  get namespace(): string | undefined {
    return this.#namespace;
  }

  /**
   * Gives it another namespace, as keyv does when it is given one.
   *
   * @param value The namespace; `undefined`: the default.
   * @throws {TypeError} It is no string.
   * @throws {RangeError} It is empty.
   */
  set namespace(value: string | undefined) {
    if (value !== undefined) {
      checkNotEmpty("set the namespace", "namespace", value);
    }
    this.#namespace = value;
  }

  /**
   * What tells keyv that it may use this directly.
   *
   * @returns A description of the methods.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(new KeyvStorage().capabilities.store, "keyvStorage");
   * ```
   */
  get capabilities(): KeyvCapabilities {
    return {
      compatible: true,
      store: "keyvStorage",
      methods: Object.fromEntries(
        METHODS.map((name) => [name, {
          exists: true,
          methodType: name === "iterator" ? "sync" : "async",
        }]),
      ) as KeyvCapabilities["methods"],
      expires: true,
    };
  }

  /**
   * Reads a value.
   *
   * @param key The key.
   * @returns The value, or `undefined`.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(await new KeyvStorage().get("no such key"), undefined);
   * ```
   */
  // deno-lint-ignore no-explicit-any
  async get(key: string): Promise<any> {
    return await this.#backend().get(this.#name("get the key", key)) ??
      undefined;
  }

  /**
   * Reads several values.
   *
   * @param keys The keys.
   * @returns The values in the order of the keys, `undefined` for each that is absent.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   * import { assertEquals } from "@std/assert";
   *
   * const store = new KeyvStorage({ namespace: "many" });
   * await store.set("a", "1");
   * assertEquals(await store.getMany(["a", "b"]), ["1", undefined]);
   * ```
   */
  // deno-lint-ignore no-explicit-any
  async getMany(keys: string[]): Promise<any[]> {
    return await Promise.all(keys.map((key) => this.get(key)));
  }

  /**
   * Whether a key is there.
   *
   * @param key The key.
   * @returns Whether it is.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(await new KeyvStorage().has("no such key"), false);
   * ```
   */
  async has(key: string): Promise<boolean> {
    return Boolean(
      await this.#backend().exists(this.#name("find the key", key)),
    );
  }

  /**
   * Whether each of several keys is there.
   *
   * @param keys The keys.
   * @returns Whether each is, in the order of the keys.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(await new KeyvStorage().hasMany(["no", "such"]), [false, false]);
   * ```
   */
  async hasMany(keys: string[]): Promise<boolean[]> {
    return await Promise.all(keys.map((key) => this.has(key)));
  }

  /**
   * Stores a value.
   *
   * @param key The key.
   * @param value The value: text, as keyv's serialization makes it.
   * @param expires When it expires, in ms since the epoch; reached: the key is removed.
   * `undefined` and `Infinity`: never.
   * @returns `true`.
   * @throws {TypeError} An argument is of the wrong kind.
   * @throws {RangeError} `expires` is `NaN`.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   * import { assertEquals } from "@std/assert";
   *
   * const store = new KeyvStorage();
   * await store.set("a", "1", Date.now() - 1);
   * assertEquals(await store.has("a"), false);
   * ```
   */
  async set(key: string, value: unknown, expires?: number): Promise<boolean> {
    const name = this.#name(SET, key);
    if (typeof value !== "string") {
      throw new TypeError(
        `Cannot ${SET}: "value" must be a string, as keyv's serialization makes it: received ${
          kindOf(value)
        }`,
      );
    }
    const deadline = readDeadline(expires);
    if (deadline === Infinity) await this.#backend().set(name, value);
    else if (deadline <= Date.now()) await this.#backend().del(name);
    else await this.#backend().set(name, value, "PXAT", deadline);
    return true;
  }

  /**
   * Stores several values.
   *
   * @param entries The keys, their values and deadlines.
   * @returns Whether each was stored, in the order of the entries; what it failed with is emitted
   * as `"error"`.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   * import { assertEquals } from "@std/assert";
   *
   * const store = new KeyvStorage();
   * assertEquals(await store.setMany([{ key: "a", value: "1" }]), [true]);
   * ```
   */
  async setMany(entries: KeyvStorageEntry[]): Promise<boolean[]> {
    return await Promise.all(entries.map(async ({ key, value, expires }) => {
      try {
        return await this.set(key, value, expires);
      } catch (error) {
        this.emit("error", error);
        return false;
      }
    }));
  }

  /**
   * Removes a key.
   *
   * @param key The key.
   * @returns Whether it was there.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(await new KeyvStorage().delete("no such key"), false);
   * ```
   */
  async delete(key: string): Promise<boolean> {
    return await this.#backend().del(this.#name("delete the key", key)) > 0;
  }

  /**
   * Removes several keys.
   *
   * @param keys The keys.
   * @returns Whether each was there, in the order of the keys.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(await new KeyvStorage().deleteMany(["no", "such"]), [false, false]);
   * ```
   */
  async deleteMany(keys: string[]): Promise<boolean[]> {
    return await Promise.all(keys.map((key) => this.delete(key)));
  }

  /**
   * Removes all keys of the namespace, and no other key of the storage.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   * import { assertEquals } from "@std/assert";
   *
   * const store = new KeyvStorage({ namespace: "pages" });
   * await store.set("home", "<h1>");
   * await store.clear();
   * assertEquals(await store.has("home"), false);
   * ```
   */
  async clear(): Promise<void> {
    await clearUnder(this.#backend(), this.#prefix);
  }

  /**
   * Does nothing: the storage is not this adapter's to close.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   *
   * await new KeyvStorage().disconnect();
   * ```
   */
  async disconnect(): Promise<void> {}

  /**
   * All keys of the namespace and their values, in no certain order. One that comes or goes
   * meanwhile may be among them or not.
   *
   * @returns Pairs of key and value.
   *
   * @example Usage
   * ```ts
   * import { KeyvStorage } from "@mayfly/store/keyv";
   * import { assertEquals } from "@std/assert";
   *
   * const store = new KeyvStorage({ namespace: "letters" });
   * await store.set("a", "1");
   * for await (const entry of store.iterator()) assertEquals(entry, ["a", "1"]);
   * ```
   */
  // deno-lint-ignore no-explicit-any
  async *iterator(): AsyncGenerator<any[], void> {
    yield* entriesUnder(this.#backend(), this.#prefix);
  }

  /** No namespace's prefix begins with another's: none has a character of the separator in it. */
  get #prefix(): string {
    return prefixOf(this.#namespace ?? "keyv", this.#separator);
  }

  #name(action: string, key: unknown): string {
    if (typeof key === "string") return this.#prefix + key;
    throw new TypeError(
      `Cannot ${action}: "key" must be a string: received ${kindOf(key)}`,
    );
  }
}

const SET = "set the key";

/** When a value expires: a whole number of ms since the epoch, or `Infinity`. */
function readDeadline(expires: unknown): number {
  if (expires === undefined || expires === null) return Infinity;
  if (typeof expires === "number" && !Number.isNaN(expires)) {
    return Math.ceil(expires);
  }
  const Failure = typeof expires === "number" ? RangeError : TypeError;
  throw new Failure(
    `Cannot ${SET}: "expires" must be a number of milliseconds since the epoch: received ${
      quoteNumber(expires)
    }`,
  );
}

function checkNotEmpty(action: string, name: string, value: unknown): void {
  if (typeof value === "string" && value !== "") return;
  const Failure = typeof value === "string" ? RangeError : TypeError;
  throw new Failure(
    `Cannot ${action}: "${name}" must be a string that is not empty: received ${
      quote(value)
    }`,
  );
}
