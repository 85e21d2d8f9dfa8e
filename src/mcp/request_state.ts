import type { JsonValue } from "../backend/_json.ts";
import {
  checkKeyPart,
  findStorage,
  readMilliseconds,
} from "../backend/_options.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { checkType, kindOf } from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import { type HandleOwner, Handles } from "../handles/handles.ts";

/**
 * The context of a request, for `bind`: the part of the SDK's `ServerContext` that identifies the
 * method and the client.
 *
 * @example The user of a token
 * ```ts
 * import { createRequestState, type RequestContext } from "@mayfly/store/mcp";
 *
 * createRequestState<string>({
 *   bind: (ctx: RequestContext) => ctx.http?.authInfo?.clientId ?? "anyone",
 * });
 * ```
 */
export interface RequestContext {
  /** The MCP request. */
  readonly mcpReq: {
    /** Its method, such as `"tools/call"`. */
    readonly method: string;
  };
  /** The HTTP request that carried it, if any. */
  readonly http?: {
    /** The access token of the request, if any. */
    readonly authInfo?: {
      /** The client that the token was issued to. */
      readonly clientId: string;
    } | undefined;
  } | undefined;
}

/**
 * Options of {@linkcode createRequestState}.
 *
 * @typeParam Context The argument of `bind`: the SDK's `ServerContext`.
 *
 * @example A state that is valid once, for a minute
 * ```ts
 * import { createRequestState, type RequestStateOptions } from "@mayfly/store/mcp";
 *
 * const options: RequestStateOptions = { ttl: 60_000, once: true };
 * createRequestState<{ step: number }>(options);
 * ```
 */
export interface RequestStateOptions<Context = RequestContext> {
  /**
   * The backend that keeps the states.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?:
    | Pick<StorageBackend, "del" | "get" | "getdel" | "getex" | "set">
    | undefined;
  /**
   * The TTL of a state in ms: positive and finite; a fraction is rounded up.
   *
   * @default {600_000} (as in the SDK)
   */
  ttl?: number | undefined;
  /**
   * The start of every key in the backend.
   *
   * @default {"state:"}
   */
  prefix?: string | undefined;
  /**
   * Whether a state is valid for one `verify` only, so that a replay is rejected.
   *
   * @default {false}
   */
  once?: boolean | undefined;
  /**
   * Returns the identity that a state is bound to, such as the user. `verify` rejects a state that
   * was minted for another one.
   *
   * @default {none}
   */
  bind?: ((ctx: Context) => string) | undefined;
}

/**
 * A request state, to use in place of the SDK's `RequestStateCodec`.
 *
 * @typeParam T The type of the payloads: JSON.
 * @typeParam Context The argument of `bind`.
 *
 * @example Handing it to the server
 * ```ts
 * import { createRequestState, type RequestState } from "@mayfly/store/mcp";
 *
 * const state: RequestState<{ step: number }> = createRequestState();
 * // new McpServer(info, { requestState: { verify: state.verify } })
 * ```
 */
export interface RequestState<T, Context = RequestContext> {
  /** Stores `payload` and returns a handle for `inputRequired({ requestState })`. */
  mint(payload: T, ctx?: Context): Promise<string>;
  /** Returns the payload of a state that the client sent back. */
  verify(state: string, ctx: Context): Promise<T>;
}

const MAKE = "make the request state";
const OPTIONS = ["storage", "ttl", "prefix", "once", "bind"] as const;
const TEN_MINUTES = 600_000;

/**
 * Keeps the state of a tool that asks the user something and is called again with the answer
 * (revision 2026-07-28 of MCP) on the server. The SDK's own codec sends it through the client.
 *
 * So the client cannot read the state, its size is not limited, all processes that share the storage
 * accept it without a shared key, and `once` rejects replays.
 *
 * @typeParam T The type of the payloads: JSON.
 * @typeParam Context The argument of `bind`: the SDK's `ServerContext`.
 * @param options The storage, the prefix, the TTL, `once` and `bind`.
 * @returns `mint`, which rejects with a `TypeError` for a payload that is not JSON and for a missing
 * `ctx` where `bind` is given; and `verify`, which rejects with a `HandleError` when the state is not
 * valid. The SDK answers that with "Invalid or expired requestState".
 * @throws {TypeError} An option has the wrong type or an unknown name.
 * @throws {RangeError} `ttl` is not positive and finite, or `prefix` has half of a surrogate pair.
 *
 * @example A state that is valid once
 * ```ts
 * import { createRequestState } from "@mayfly/store/mcp";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const state = createRequestState<{ step: number }>({ once: true });
 * const ctx = { mcpReq: { method: "tools/call" } };
 * const text = await state.mint({ step: 1 }, ctx);
 * assertEquals(await state.verify(text, ctx), { step: 1 });
 * await assertRejects(() => state.verify(text, ctx));
 * ```
 */
export function createRequestState<T, Context = RequestContext>(
  options?: RequestStateOptions<Context>,
): RequestState<T, Context> {
  const {
    storage,
    ttl = TEN_MINUTES,
    prefix = "state:",
    once = false,
    bind,
  } = readOptions(MAKE, options, OPTIONS);
  // `Handles` checks these options, too, but its errors would name the handles.
  findStorage(MAKE, storage, ["del", "get", "getdel", "getex", "set"]);
  readMilliseconds(MAKE, "ttl", ttl);
  checkKeyPart(MAKE, "prefix", prefix);
  checkType(MAKE, "once", once, "boolean");
  if (bind !== undefined) checkType(MAKE, "bind", bind, "function");
  const handles = new Handles<JsonValue>({ storage, ttl, prefix });

  /** The owner of a state. It is not empty even if `bind` returns "". */
  function ownerOf(action: string, ctx: Context | undefined): HandleOwner {
    if (bind === undefined) return {};
    if (ctx === undefined || ctx === null) {
      throw new TypeError(
        `Cannot ${action}: "ctx" must be given where there is a "bind": received ${
          kindOf(ctx)
        }`,
      );
    }
    const owner: unknown = bind(ctx);
    if (typeof owner === "string") return { owner: `bound to ${owner}` };
    throw new TypeError(
      `Cannot ${action}: "bind(ctx)" must be a string: received ${
        kindOf(owner)
      }`,
    );
  }

  return {
    async mint(payload: T, ctx?: Context): Promise<string> {
      const owner = ownerOf("mint the request state", ctx);
      return await handles.mint(payload as JsonValue, owner);
    },
    async verify(state: string, ctx: Context): Promise<T> {
      const owner = ownerOf("verify the request state", ctx);
      const payload = once
        ? await handles.take(state, owner)
        : await handles.read(state, owner);
      return payload as T;
    },
  };
}
