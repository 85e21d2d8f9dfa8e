import type { StorageBackend } from "../backend/storage_backend.ts";
import type { CollectionCodec, StandardSchema } from "../collection/options.ts";

/**
 * The backend of a cache: a storage of this package, or a client that can run a script.
 *
 * @example Usage
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import { Cache, type CacheStorage } from "@mayfly/store/cache";
 *
 * const storage: CacheStorage = new InMemoryStorage();
 * new Cache<string>("page", { storage, ttl: 60_000 });
 * ```
 */
export type CacheStorage = Pick<
  StorageBackend,
  "del" | "get" | "getdel" | "pttl" | "set"
>;

/**
 * The argument of a load.
 *
 * @typeParam T The type of the values.
 *
 * @example A load that stops when its lease is lost
 * ```ts
 * import { Cache, type LoadContext } from "@mayfly/store/cache";
 * import { assertEquals } from "@std/assert";
 *
 * // deno-lint-ignore require-await
 * async function load({ key, signal }: LoadContext<string>): Promise<string> {
 *   signal.throwIfAborted(); // as fetch(url, { signal }) does
 *   return `weather of ${key}`;
 * }
 * const weather = new Cache<string>("weather", { ttl: 60_000 });
 * assertEquals(await weather.get("Oslo", load), "weather of Oslo");
 * ```
 */
export interface LoadContext<T> {
  /** The key whose value is loaded. */
  readonly key: string;
  /**
   * The value that the load replaces: a stale value that is still stored, or the value that
   * `refresh` replaces.
   */
  readonly stale: T | undefined;
  /** A number that increases with every load of the key, in any process. */
  readonly fence: number;
  /** Aborted when the lease is lost: from then on another process may load the key. */
  readonly signal: AbortSignal;
}

/**
 * Loads a value. `undefined` is not stored.
 *
 * @typeParam T The type of the values.
 *
 * @example Usage
 * ```ts
 * import { Cache, type Load } from "@mayfly/store/cache";
 * import { assertEquals } from "@std/assert";
 *
 * const load: Load<string> = ({ key }) => `weather of ${key}`;
 * const weather = new Cache<string>("weather", { ttl: 60_000 });
 * assertEquals(await weather.refresh("Oslo", load), "weather of Oslo");
 * ```
 */
export type Load<T> = (context: LoadContext<T>) => T | Promise<T>;

/**
 * Options of a `Cache`.
 *
 * @typeParam T The type of the values.
 *
 * @example Fresh for a minute; for an hour longer if the origin fails
 * ```ts
 * import { Cache, type CacheOptions } from "@mayfly/store/cache";
 *
 * const options: CacheOptions<string> = { ttl: 60_000, staleIfError: 3_600_000 };
 * new Cache("weather", options);
 * ```
 */
export interface CacheOptions<T> {
  /**
   * The backend that stores the values.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: CacheStorage | undefined;
  /**
   * How long a value is fresh, in ms: positive, a fraction is rounded up; `Infinity`: for ever. A
   * function returns the TTL of each value; if it returns 0, the value is not stored.
   */
  ttl: number | ((value: T) => number);
  /**
   * For how long after its TTL, in ms, `get` returns the stale value at once while one process
   * loads a new one.
   *
   * @default {0}
   */
  staleWhileRevalidate?: number | undefined;
  /**
   * For how long after its TTL, in ms, `get` returns the stale value if the load throws.
   *
   * @default {0}
   */
  staleIfError?: number | undefined;
  /**
   * The TTL of the lease under which a process loads, in ms: positive and finite. If that process
   * dies, the others wait for up to this long.
   *
   * @default {30_000}
   */
  lease?: number | undefined;
  /**
   * Validates every value, when it is loaded and when it is read. Its output is stored, so it must
   * accept its own output and return it unchanged.
   *
   * @default {none}
   */
  schema?: StandardSchema<T> | undefined;
  /**
   * Converts values to text and back: for encryption, or for values that are not JSON.
   *
   * @default {JSON; a value that is not JSON is rejected}
   */
  codec?: CollectionCodec<T> | undefined;
  /**
   * Receives errors that are not thrown to a caller: of a load in the background, of a load whose
   * caller gets a stale value instead, and of a failed attempt to store a loaded value.
   *
   * @default {none}
   */
  onError?: ((error: unknown) => unknown) | undefined;
}
