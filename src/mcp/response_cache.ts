import { parseJson } from "../backend/_json.ts";
import {
  checkKeyPart,
  checkString,
  findStorage,
  readMilliseconds,
} from "../backend/_options.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { update } from "../backend/update.ts";
import { kindOf, refuse } from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";

/**
 * The key of a cached response: the SDK's `CacheKey`.
 *
 * @example The tool list of one server, for one user
 * ```ts
 * import { type CacheKey, createResponseCacheStore } from "@mayfly/store/mcp";
 * import { assertEquals } from "@std/assert";
 *
 * const key: CacheKey = { method: "tools/list", partition: '["demo@1","ada"]' };
 * assertEquals(await createResponseCacheStore().get(key), undefined);
 * ```
 */
export interface CacheKey {
  /** The MCP method. */
  readonly method: string;
  /** The parameters that identify the response, such as the URI. Default: `""`. */
  readonly params?: string | undefined;
  /** The server and user that the response is for. Default: `""`. */
  readonly partition?: string | undefined;
}

/**
 * Who may get a cached response: the SDK's `CacheScope`.
 *
 * @example Usage
 * ```ts
 * import type { CacheScope } from "@mayfly/store/mcp";
 *
 * const scope: CacheScope = "private";
 * ```
 */
export type CacheScope = "public" | "private";

/**
 * A cached response: the SDK's `CacheEntry`.
 *
 * @example Usage
 * ```ts
 * import { type CacheEntry, createResponseCacheStore } from "@mayfly/store/mcp";
 * import { assertEquals } from "@std/assert";
 *
 * const cache = createResponseCacheStore();
 * const stamp = await cache.set({ method: "prompts/list" }, { value: "{}" });
 * const entry: CacheEntry = (await cache.get({ method: "prompts/list" }))!;
 * assertEquals(entry, { value: "{}", stamp });
 * ```
 */
export interface CacheEntry {
  /** The response as JSON. */
  readonly value: string;
  /** A number that is higher than those of all earlier writes, over all processes. */
  readonly stamp: number;
  /** The end of its freshness: ms since the epoch. */
  readonly expiresAt?: number;
  /** Who may get it. */
  readonly scope?: CacheScope;
}

/**
 * The store in which the SDK's `Client` keeps the responses of servers: the SDK's own interface,
 * copied structurally, so the SDK is not a dependency.
 *
 * @example Passing it to the client
 * ```ts
 * import { createResponseCacheStore, type ResponseCacheStore } from "@mayfly/store/mcp";
 *
 * // new Client(info, { responseCacheStore })
 * const responseCacheStore: ResponseCacheStore = createResponseCacheStore();
 * await responseCacheStore.clear();
 * ```
 */
export interface ResponseCacheStore {
  /** Returns the entry of a key, fresh or stale, or `undefined`. */
  get(key: CacheKey): Promise<CacheEntry | undefined>;
  /** Stores a response and returns its stamp. */
  set(
    key: CacheKey,
    entry: { value: string; expiresAt?: number; scope?: CacheScope },
  ): Promise<number>;
  /** Removes one entry. */
  delete(key: CacheKey): Promise<void>;
  /** Removes all entries of a method, in every partition. */
  evict(method: string): Promise<void>;
  /** Removes all entries. */
  clear(): Promise<void>;
}

/**
 * Options of {@linkcode createResponseCacheStore}.
 *
 * @example A TTL of an hour
 * ```ts
 * import {
 *   createResponseCacheStore,
 *   type ResponseCacheStoreOptions,
 * } from "@mayfly/store/mcp";
 *
 * const options: ResponseCacheStoreOptions = { ttl: 3_600_000 };
 * createResponseCacheStore(options);
 * ```
 */
export interface ResponseCacheStoreOptions {
  /**
   * The backend that keeps the responses.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: Pick<StorageBackend, "del" | "get" | "getex" | "set"> | undefined;
  /**
   * The start of every key in the backend.
   *
   * @default {"mcp-cache:"}
   */
  prefix?: string | undefined;
  /**
   * The TTL of an entry in ms, independent of its `expiresAt`: positive and finite; a fraction is
   * rounded up.
   *
   * @default {86_400_000} (24 hours, the longest freshness that the SDK accepts)
   */
  ttl?: number | undefined;
}

/** An entry as it is stored, with the marks that were valid when it was written. */
interface CachedResponse extends CacheEntry {
  readonly marks: readonly [ofAll: string, ofMethod: string];
}

const MAKE = "make the response cache";
const COMMANDS = ["del", "get", "getex", "set"] as const;
const DAY = 86_400_000;
/** Stamps start at the clock in these units, and grow by one. */
const STAMPS_PER_MS = 1000;

/**
 * A response cache for the SDK's `Client` on any backend: processes share it, and it survives a
 * restart if the backend does.
 *
 * An entry stays after its `expiresAt`: the client decides what is fresh, and still uses a stale
 * tool list to check what tools return. `evict` and `clear` do not search for entries. They replace
 * a mark, of which every entry contains a copy; an entry with an old mark is a miss. That takes one
 * write, on a cluster too, and an entry that a slow process writes during an eviction does not come
 * back.
 *
 * @param options The storage, the prefix and the TTL.
 * @returns The cache. Its promises reject with a `TypeError` for an argument of the wrong type, with a
 * `RangeError` for a method with half of a surrogate pair, and with the errors of the backend.
 * @throws {TypeError} An option has the wrong type or an unknown name.
 * @throws {RangeError} `ttl` is not positive and finite, or `prefix` has half of a surrogate pair.
 *
 * @example One cache for several clients
 * ```ts
 * import { createResponseCacheStore } from "@mayfly/store/mcp";
 * import { assertEquals } from "@std/assert";
 *
 * const cache = createResponseCacheStore();
 * const key = { method: "tools/list", partition: '["demo@1",""]' };
 * await cache.set(key, { value: '{"tools":[]}', expiresAt: 0, scope: "public" });
 * assertEquals((await cache.get(key))?.value, '{"tools":[]}');
 * await cache.evict("tools/list");
 * assertEquals(await cache.get(key), undefined);
 * ```
 */
export function createResponseCacheStore(
  options?: ResponseCacheStoreOptions,
): ResponseCacheStore {
  const own = readOptions(MAKE, options, ["storage", "prefix", "ttl"]);
  const { prefix = "mcp-cache:" } = own;
  checkKeyPart(MAKE, "prefix", prefix);
  const ttl = readMilliseconds(MAKE, "ttl", own.ttl ?? DAY);
  const storage = findStorage(MAKE, own.storage, COMMANDS);

  const stampKey = `${prefix}stamp`;
  const markOfAll = `${prefix}mark`;
  const markOf = (method: string) => `${prefix}mark:${method}`;

  /** Returns the mark under a key and restarts its TTL; creates a mark if there is none. */
  async function readMark(key: string): Promise<string> {
    for (;;) {
      const found = await storage().getex(key, "PX", ttl);
      if (found !== null) return found;
      const mark = crypto.randomUUID();
      // If another process was first, its mark is valid.
      const made = await storage().set(key, mark, "PX", String(ttl), "NX");
      if (made !== null) return mark;
    }
  }

  async function readMarks(method: string): Promise<[string, string]> {
    return await Promise.all([readMark(markOfAll), readMark(markOf(method))]);
  }

  /**
   * Returns a stamp that is higher than all earlier ones. If the last one has expired, it comes
   * from the clock.
   */
  async function nextStamp(): Promise<number> {
    const stamp = await update(storage(), stampKey, (last) => {
      const next = Number(last) + 1;
      const soonest = Math.floor(Date.now() * STAMPS_PER_MS);
      return String(
        Number.isSafeInteger(next) ? Math.max(next, soonest) : soonest,
      );
    }, { ttl });
    return Number(stamp);
  }

  async function replaceMark(key: string): Promise<void> {
    await storage().set(key, crypto.randomUUID(), "PX", ttl);
  }

  return {
    async get(key: CacheKey): Promise<CacheEntry | undefined> {
      const name = entryKey(prefix, "get the response", key);
      // The entry is read before the marks: an eviction in between changes a mark, so the entry is
      // a miss.
      const [text, [ofAll, ofMethod]] = await Promise.all([
        storage().get(name),
        readMarks(key.method),
      ]);
      const stored = parseEntry(text);
      if (stored?.marks[0] !== ofAll || stored.marks[1] !== ofMethod) return;
      const { marks: _, ...entry } = stored;
      return entry;
    },

    async set(
      key: CacheKey,
      entry: { value: string; expiresAt?: number; scope?: CacheScope },
    ): Promise<number> {
      const name = entryKey(prefix, "set the response", key);
      checkString("set the response", "value", entry?.value);
      // The marks are read before the entry is written: an eviction in between makes it a miss.
      const marks = await readMarks(key.method);
      const { value, expiresAt, scope } = entry;
      const stamp = await nextStamp();
      const stored: CachedResponse = { value, stamp, expiresAt, scope, marks };
      await storage().set(name, JSON.stringify(stored), "PX", ttl);
      return stamp;
    },

    async delete(key: CacheKey): Promise<void> {
      await storage().del(entryKey(prefix, "delete the response", key));
    },

    async evict(method: string): Promise<void> {
      checkKeyPart("evict the responses", "method", method);
      await replaceMark(markOf(method));
    },

    async clear(): Promise<void> {
      await replaceMark(markOfAll);
    },
  };
}

/** The key of an entry. JSON separates the parts unambiguously. */
function entryKey(prefix: string, action: string, key: CacheKey): string {
  if (typeof key !== "object" || key === null) {
    refuse(action, "key", "be an object", key, false, kindOf);
  }
  const { method, params = "", partition = "" } = key;
  checkKeyPart(action, "method", method);
  checkString(action, "params", params);
  checkString(action, "partition", partition);
  return `${prefix}entry:${JSON.stringify([method, params, partition])}`;
}

/** The entry in a stored text; foreign text is a miss. */
function parseEntry(text: string | null): CachedResponse | undefined {
  const stored = parseJson(text) as Partial<CachedResponse> | null | undefined;
  if (typeof stored?.value !== "string") return undefined;
  if (typeof stored.stamp !== "number") return undefined;
  return Array.isArray(stored.marks) ? stored as CachedResponse : undefined;
}
