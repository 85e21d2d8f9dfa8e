/**
 * Implementations, on any backend, of the store interfaces of the official MCP SDK
 * (`@modelcontextprotocol/server` and `client`, 2.x) and of FastMCP for TypeScript. They are
 * structurally typed, so neither SDK is a dependency.
 *
 * @example The tokens of an OAuth proxy, in the backend of the process
 * ```ts
 * import { createTokenStorage } from "@mayfly/store/mcp";
 * import { assertEquals } from "@std/assert";
 *
 * const tokens = createTokenStorage();
 * await tokens.save("code:1", { clientId: "ada" }, 300);
 * assertEquals(await tokens.take("code:1"), { clientId: "ada" });
 * assertEquals(await tokens.take("code:1"), null);
 * ```
 *
 * @module
 */

export {
  createEventStore,
  type EventStore,
  type EventStoreOptions,
} from "./event_store.ts";
export {
  createRequestState,
  type RequestContext,
  type RequestState,
  type RequestStateOptions,
} from "./request_state.ts";
export {
  type CacheEntry,
  type CacheKey,
  type CacheScope,
  createResponseCacheStore,
  type ResponseCacheStore,
  type ResponseCacheStoreOptions,
} from "./response_cache.ts";
export {
  createTokenStorage,
  type TokenStorage,
  type TokenStorageOptions,
} from "./token_storage.ts";
