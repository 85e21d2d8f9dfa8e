/**
 * Checked, never run: the stores are what the installed SDK takes, and what FastMCP takes.
 */

import type {
  createRequestState,
  EventStore,
  RequestContext,
  RequestState,
  ResponseCacheStore,
  TokenStorage,
} from "@mayfly/store/mcp";
import type {
  CacheEntry,
  CacheKey,
  ClientOptions,
  ResponseCacheStore as SdkResponseCacheStore,
} from "@modelcontextprotocol/client";
import type {
  EventStore as SdkEventStore,
  RequestStateCodec,
  ServerContext,
  ServerOptions,
  WebStandardStreamableHTTPServerTransportOptions as TransportOptions,
} from "@modelcontextprotocol/server";

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

/** The server's option. */
type Verify = NonNullable<NonNullable<ServerOptions["requestState"]>["verify"]>;

/** Compiles as long as all of it is true. */
export type Checks = [
  Assert<Is<EventStore, SdkEventStore>>,
  Assert<Is<EventStore, NonNullable<TransportOptions["eventStore"]>>>,
  Assert<Is<ServerContext, RequestContext>>,
  Assert<
    Is<RequestState<{ step: number }>, RequestStateCodec<{ step: number }>>
  >,
  Assert<
    Is<RequestState<string, ServerContext>["verify"], Verify>
  >,
  Assert<Is<RequestState<string>["verify"], Verify>>,
  Assert<
    Is<ReturnType<typeof createRequestState<string>>, RequestState<string>>
  >,
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
