import { deleteKey } from "../backend/_lost_reply.ts";
import { clearUnder, entriesUnder, prefixOf } from "../backend/_names.ts";
import { checkKeyPart, checkName, findStorage } from "../backend/_options.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { kindOf, MAX_TIME, quoteNumber, refuse } from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import { Emitter } from "./emitter.ts";

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
   * The backend that keeps the values.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?:
    | Pick<StorageBackend, "del" | "exists" | "get" | "scan" | "set">
    | undefined;
  /**
   * The namespace of the keys, which separates them from all other keys of the backend. Keyv's own
   * option of that name, if given, replaces it.
   *
   * @default {"keyv"}
   */
  namespace?: string | undefined;
  /**
   * The text between the namespace and a key. Its characters are escaped in a namespace as `%` and
   * the code point.
   *
   * @default {":"}
   */
  keyPrefixSeparator?: string | undefined;
}

/**
 * An entry for {@linkcode KeyvStorage.prototype.setMany}.
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
  /** The deadline in ms since the epoch, as keyv 6 gives it; `undefined`: none. */
  expires?: number | undefined;
  /** The TTL in ms, as keyv 5 gives it, in place of `expires`. */
  ttl?: number | undefined;
}

/**
 * The methods of a storage adapter.
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
 * The capabilities that keyv 6 checks before it uses an adapter directly.
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
  /** Marks an adapter. */
  compatible: true;
  /** Marks an adapter with all methods. */
  store: "keyvStorage";
  /** The type of each method; a generator counts as `"sync"`. */
  methods: Record<KeyvMethod, { exists: true; methodType: "async" | "sync" }>;
  /** Asks keyv for deadlines instead of TTLs. */
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
 * A storage adapter for keyv 5 and 6 on any backend. Each key of keyv is one key of the backend,
 * `namespace:key`, with keyv's deadline. A command has one key, as a cluster needs it.
 *
 * Keyv 6 gives `set` a deadline, keyv 5 a TTL. The adapter recognizes the version by the property
 * that keyv reads first: keyv 5 reads `opts.dialect`, keyv 6
 * {@linkcode KeyvStorage.prototype.capabilities}. Until then, and in calls of your own, it expects
 * a deadline. Do not share one adapter between the two.
 *
 * All methods reject with the errors of the backend, which keyv emits as `"error"`.
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
  /** The version of keyv that uses the adapter. */
  #keyv: 5 | 6 = 6;
  /**
   * The settings that keyv 5 reads: `url`, and `dialect`, which tells that there is an iterator.
   */
  readonly opts: Record<string, unknown> = { url: "" };

  /**
   * Creates an adapter.
   *
   * @param options The backend, the namespace and the separator.
   * @throws {TypeError} An option has the wrong type or an unknown name.
   * @throws {RangeError} The namespace or the separator is empty or has half of a surrogate pair.
   */
  constructor(options?: KeyvStorageOptions) {
    super();
    const { storage, namespace, keyPrefixSeparator = ":" } = readOptions(
      MAKE,
      options,
      ["storage", "namespace", "keyPrefixSeparator"],
    );
    this.#backend = findStorage(MAKE, storage, COMMANDS);
    checkName(MAKE, "keyPrefixSeparator", keyPrefixSeparator);
    this.#separator = keyPrefixSeparator;
    this.namespace = namespace;
    // Not enumerable, so that copying or printing `opts` is not taken for keyv 5.
    Object.defineProperty(this.opts, "dialect", {
      get: () => {
        this.#keyv = 5;
        return "redis";
      },
    });
  }

  /**
   * The namespace that was set by an option or by keyv; `undefined` means `"keyv"`.
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
   * Sets the namespace.
   *
   * @param value The namespace; `undefined` for the default.
   * @throws {TypeError} It is not a string.
   * @throws {RangeError} It is empty or has half of a surrogate pair.
   */
  set namespace(value: string | undefined) {
    if (value !== undefined) {
      checkName("set the namespace", "namespace", value);
    }
    this.#namespace = value;
  }

  /**
   * The description by which keyv 6 knows that it can use the adapter directly.
   *
   * @returns The capabilities.
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
    this.#keyv = 6;
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
   * Whether a key exists.
   *
   * @param key The key.
   * @returns Whether it exists.
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
    const name = this.#name("find the key", key);
    // A client may return a boolean, or a number as text.
    return Number(await this.#backend().exists(name)) > 0;
  }

  /**
   * Whether each of several keys exists.
   *
   * @param keys The keys.
   * @returns Whether each exists, in the order of the keys.
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
   * @param value The value: a string, as keyv's serialization makes it.
   * @param expires The deadline in ms since the epoch; if it is past, the key is removed. `undefined`
   * and `Infinity`: none. Under keyv 5 the TTL in ms.
   * @returns `true`.
   * @throws {TypeError} An argument has the wrong type.
   * @throws {RangeError} `expires` is `NaN`, past the end of time, or a deadline before 1974, which
   * is a TTL by mistake.
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
    const time = readTime(this.#keyv, expires);
    const storage = this.#backend();
    const left = this.#keyv === 5 ? time : time - Date.now();
    if (left === Infinity) await storage.set(name, value);
    else if (left <= 0) await storage.del(name);
    else if (this.#keyv === 5) await storage.set(name, value, "PX", time);
    else await storage.set(name, value, "PXAT", time);
    return true;
  }

  /**
   * Stores several values.
   *
   * @param entries The keys with their values and deadlines.
   * @returns Whether each was stored, in the order of the entries. The error of an entry that was
   *   not stored is emitted as `"error"`.
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
    return await Promise.all(entries.map(async (entry) => {
      try {
        const { key, value, expires } = entry;
        return await this.set(
          key,
          value,
          this.#keyv === 5 ? entry.ttl : expires,
        );
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
   * @returns Whether it existed.
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
    const name = this.#name(DELETE, key);
    return await deleteKey(this.#backend(), name, DELETE);
  }

  /**
   * Removes several keys.
   *
   * @param keys The keys.
   * @returns Whether each existed, in the order of the keys. Under keyv 5: whether any of them
   *   existed.
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
    const removed = await Promise.all(keys.map((key) => this.delete(key)));
    return this.#keyv === 5
      ? removed.includes(true) as unknown as boolean[]
      : removed;
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
   * Does nothing: whoever opened the backend closes it.
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
   * Lists all keys of the namespace and their values, in no particular order. A key that is added
   * or removed during the listing may or may not be listed. A key of another Redis type is not
   * listed.
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

  /** Contains the separator only at its end, so no prefix begins with another one. */
  get #prefix(): string {
    return prefixOf(this.#namespace ?? "keyv", this.#separator);
  }

  #name(action: string, key: unknown): string {
    checkKeyPart(action, "key", key);
    return this.#prefix + key;
  }
}

const SET = "set the key";
const DELETE = "delete the key";
/** An earlier deadline is a TTL by mistake: `Date.UTC(1974, 0)`. */
const FIRST_DEADLINE = 126_230_400_000;

/** A time as keyv gives it, in whole ms: a TTL (keyv 5) or a deadline; `Infinity` for none. */
function readTime(keyv: 5 | 6, time: unknown): number {
  if (time === undefined || time === null) return Infinity;
  if (time === Infinity) return time;
  if (typeof time === "number" && (keyv === 5 || time >= FIRST_DEADLINE)) {
    if (time <= MAX_TIME) return Math.ceil(time);
  }
  const [name, must] = keyv === 5
    ? ["ttl", "be a number of milliseconds"]
    : ["expires", "be a number of milliseconds since the epoch, from 1974 on"];
  refuse(SET, name, must, time, typeof time === "number", quoteNumber);
}
