import {
  checkString,
  findStorage,
  readMilliseconds,
} from "../backend/_options.ts";
import { kindOf } from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { update } from "../backend/update.ts";
import { parseJson } from "../backend/_json.ts";

/**
 * What a cached response is found by: the SDK's `CacheKey`.
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
  /** The method of MCP. */
  readonly method: string;
  /** What else tells the response apart, such as the URI; the same as `""` when omitted. */
  readonly params?: string;
  /** Whose response it is; the same as `""` when omitted. */
  readonly partition?: string;
}

/**
 * Who may be given a cached response: the SDK's `CacheScope`.
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
  /** The response as JSON, as it was given. */
  readonly value: string;
  /** A number that is higher than that of every write before, by whichever process. */
  readonly stamp: number;
  /** Until when the response is fresh: ms since the epoch. */
  readonly expiresAt?: number;
  /** Who may be given it. */
  readonly scope?: CacheScope;
}

/**
 * Where the SDK's `Client` keeps the responses of servers: its own interface, spelled out, so
 * that no dependency is needed.
 *
 * @example Handing it to the client
 * ```ts
 * import { createResponseCacheStore, type ResponseCacheStore } from "@mayfly/store/mcp";
 *
 * // new Client(info, { responseCacheStore })
 * const responseCacheStore: ResponseCacheStore = createResponseCacheStore();
 * await responseCacheStore.clear();
 * ```
 */
export interface ResponseCacheStore {
  /** The entry of a key, fresh or not, or `undefined`. */
  get(key: CacheKey): Promise<CacheEntry | undefined>;
  /** Stores a response and returns its stamp. */
  set(
    key: CacheKey,
    entry: { value: string; expiresAt?: number; scope?: CacheScope },
  ): Promise<number>;
  /** Removes one entry. */
  delete(key: CacheKey): Promise<void>;
  /** Removes the entries of a method, in every partition. */
  evict(method: string): Promise<void>;
  /** Removes all entries. */
  clear(): Promise<void>;
}

/**
 * Options of {@linkcode createResponseCacheStore}.
 *
 * @example Entries that stay for an hour
 * ```ts
 * import {
 *   createResponseCacheStore,
 *   type ResponseCacheStoreOptions,
 * } from "@mayfly/store/mcp";
 *
 * const options: ResponseCacheStoreOptions = { keep: 3_600_000 };
 * createResponseCacheStore(options);
 * ```
 */
export interface ResponseCacheStoreOptions {
  /**
   * Where the responses are kept.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: Pick<StorageBackend, "del" | "get" | "getex" | "set">;
  /**
   * What every key in the storage begins with.
   *
   * @default {"mcp-cache:"}
   */
  prefix?: string;
  /**
   * How long, in ms, an entry stays, whatever its `expiresAt`: positive and finite.
   *
   * @default {86_400_000} 24 hours, the longest that the SDK takes a response for fresh.
   */
  keep?: number;
}

/** An entry as it is stored, with the marks that were valid when it was written. */
interface StoredEntry extends CacheEntry {
  readonly marks: readonly [ofAll: string, ofMethod: string];
}

const MAKE = "make the response cache";
const COMMANDS = ["del", "get", "getex", "set"] as const;
const DAY = 86_400_000;
/** Stamps begin at the clock, in units of this part of a ms, and go up by one. */
const STAMPS_PER_MS = 1000;

/**
 * A response cache for the SDK's `Client` on any backend, to be shared by processes and to outlive
 * them.
 *
 * Nothing is dropped at its `expiresAt`: the client decides what is fresh, and goes on using a
 * stale tool list to check what tools return. `evict` and `clear` do not look for the entries.
 * They put a new mark in the place of the one that every entry carries a copy of, which takes one
 * write, on a cluster as well; an entry with another mark is not there. So an entry that a slow
 * process writes while another one evicts does not come back.
 *
 * @param options The storage, a prefix, and how long entries stay.
 * @returns The cache. Its promises reject with a `TypeError` for an argument of the wrong kind, and
 * with what the backend throws.
 * @throws {TypeError} An option is of the wrong kind.
 * @throws {RangeError} `keep` is not positive and finite.
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
  const own = readOptions(MAKE, options, ["storage", "prefix", "keep"]);
  const { prefix = "mcp-cache:" } = own;
  checkString(MAKE, "prefix", prefix);
  const keep = readMilliseconds(MAKE, "keep", own.keep ?? DAY);
  const storage = findStorage(MAKE, own.storage, COMMANDS);

  const stampKey = `${prefix}stamp`;
  const markOfAll = `${prefix}mark`;
  const markOf = (method: string) => `${prefix}mark:${method}`;

  /** The mark under a key, from now on kept for `keep` again; made where there is none. */
  async function readMark(key: string): Promise<string> {
    for (;;) {
      const found = await storage().getex(key, "PX", keep);
      if (found !== null) return found;
      const mark = crypto.randomUUID();
      // Where another one came first, its mark holds.
      const made = await storage().set(key, mark, "PX", String(keep), "NX");
      if (made !== null) return mark;
    }
  }

  async function readMarks(method: string): Promise<[string, string]> {
    return await Promise.all([readMark(markOfAll), readMark(markOf(method))]);
  }

  /** Higher than all before: the clock counts on where the last stamp is no longer known. */
  async function nextStamp(): Promise<number> {
    const stamp = await update(storage(), stampKey, (last) => {
      const next = Number(last) + 1;
      const soonest = Math.floor(Date.now() * STAMPS_PER_MS);
      return String(
        Number.isSafeInteger(next) ? Math.max(next, soonest) : soonest,
      );
    }, { ttl: keep });
    return Number(stamp);
  }

  async function replaceMark(key: string): Promise<void> {
    await storage().set(key, crypto.randomUUID(), "PX", keep);
  }

  return {
    async get(key: CacheKey): Promise<CacheEntry | undefined> {
      const name = entryKey(prefix, "get the response", key);
      // The entry is asked for first: what is evicted from then on has another mark.
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
      // The marks are read first: an eviction from then on holds for this entry.
      const marks = await readMarks(key.method);
      const { value, expiresAt, scope } = entry;
      const stamp = await nextStamp();
      const stored: StoredEntry = { value, stamp, expiresAt, scope, marks };
      await storage().set(name, JSON.stringify(stored), "PX", keep);
      return stamp;
    },

    async delete(key: CacheKey): Promise<void> {
      await storage().del(entryKey(prefix, "delete the response", key));
    },

    async evict(method: string): Promise<void> {
      checkString("evict the responses", "method", method);
      await replaceMark(markOf(method));
    },

    async clear(): Promise<void> {
      await replaceMark(markOfAll);
    },
  };
}

/** JSON keeps the parts apart, whatever they hold. */
function entryKey(prefix: string, action: string, key: CacheKey): string {
  if (typeof key !== "object" || key === null) {
    throw new TypeError(
      `Cannot ${action}: "key" must be an object: received ${kindOf(key)}`,
    );
  }
  const { method, params = "", partition = "" } = key;
  checkString(action, "method", method);
  checkString(action, "params", params);
  checkString(action, "partition", partition);
  return `${prefix}entry:${JSON.stringify([method, params, partition])}`;
}

/** What is no entry of ours is a miss. */
function parseEntry(text: string | null): StoredEntry | undefined {
  const stored = parseJson(text) as Partial<StoredEntry> | null | undefined;
  if (typeof stored?.value !== "string") return undefined;
  if (typeof stored.stamp !== "number") return undefined;
  return Array.isArray(stored.marks) ? stored as StoredEntry : undefined;
}
