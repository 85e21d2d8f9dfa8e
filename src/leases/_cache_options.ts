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
 * What a load is told.
 *
 * @typeParam T The type of the values.
 *
 * @example A load that stops when it is not wanted any more
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
  /** What to load. */
  readonly key: string;
  /**
   * The value that is to be replaced: a stale one that is still kept, or the one that `refresh` is
   * called for.
   */
  readonly stale: T | undefined;
  /** A number that grows with every load of the key, by whichever process. */
  readonly fence: number;
  /** Is aborted when the lease is lost: another process may load from then on. */
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
   * Where the values are kept.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: CacheStorage | undefined;
  /**
   * How long a value is fresh, in ms: positive, a fraction is rounded up; `Infinity`: for ever. A
   * function says it for each value; its 0 means that the value is not stored.
   */
  ttl: number | ((value: T) => number);
  /**
   * For how long after that, in ms, `get` returns the value at once while one process loads.
   *
   * @default {0}
   */
  staleWhileRevalidate?: number | undefined;
  /**
   * For how long after its ttl, in ms, `get` returns the value if the load throws.
   *
   * @default {0}
   */
  staleIfError?: number | undefined;
  /**
   * How long others wait after a process that loads has died, in ms: positive and finite.
   *
   * @default {30_000}
   */
  lease?: number | undefined;
  /**
   * Checks every value, when it is loaded and when it is read. What it makes of a value is stored,
   * so it must take its own output unchanged.
   *
   * @default {none}
   */
  schema?: StandardSchema<T> | undefined;
  /**
   * How a value becomes text: for encryption, or for values that are not JSON.
   *
   * @default {JSON, and a value that is not JSON is refused}
   */
  codec?: CollectionCodec<T> | undefined;
  /**
   * Gets what goes wrong while the caller has a value: what a load in the background throws, what a
   * load throws where a stale value takes its place, and that a value could not be stored.
   *
   * @default {nobody is told}
   */
  onError?: ((error: unknown) => unknown) | undefined;
}
