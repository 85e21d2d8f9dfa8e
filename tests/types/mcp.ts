/**
 * Checked, never run: the stores are what the installed SDK takes, and what FastMCP takes.
 */

import type { ResponseCacheStore, TokenStorage } from "@mayfly/store/mcp";
import type {
  CacheEntry,
  CacheKey,
  ClientOptions,
  ResponseCacheStore as SdkResponseCacheStore,
} from "@modelcontextprotocol/client";

type Assert<T extends true> = T;
type Is<A, B> = A extends B ? true : false;

/**
 * The `TokenStorage` of FastMCP 4.20, spelled out: the package itself brings a whole web
 * framework along.
 */
interface FastMcpTokenStorage {
  cleanup(): Promise<void>;
  delete(key: string): Promise<void>;
  get(key: string): Promise<null | unknown>;
  save(key: string, value: unknown, ttl?: number): Promise<void>;
  take?(key: string): Promise<null | unknown>;
}

/** Compiles as long as all of it is true. */
export type Checks = [
  Assert<Is<ResponseCacheStore, SdkResponseCacheStore>>,
  Assert<
    Is<ResponseCacheStore, NonNullable<ClientOptions["responseCacheStore"]>>
  >,
  Assert<Is<CacheKey, Parameters<ResponseCacheStore["get"]>[0]>>,
  Assert<
    Is<
      Awaited<ReturnType<ResponseCacheStore["get"]>>,
      CacheEntry | undefined
    >
  >,
  Assert<
    Is<
      Parameters<SdkResponseCacheStore["set"]>[1],
      Parameters<ResponseCacheStore["set"]>[1]
    >
  >,
  Assert<Is<TokenStorage, FastMcpTokenStorage>>,
];
