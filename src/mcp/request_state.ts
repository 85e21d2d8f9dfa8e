import { checkType, kindOf } from "../base/_checks.ts";
import type { JsonValue } from "../backend/_json.ts";
import { readOptions } from "../base/_options.ts";
import { type HandleOwner, Handles } from "../handles/handles.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";

/**
 * What a request state may be bound to: the part of the SDK's `ServerContext` that says who asks
 * for what.
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
  /** The request of MCP that is being answered. */
  readonly mcpReq: {
    /** Its method, such as `"tools/call"`. */
    readonly method: string;
  };
  /** The request of HTTP that brought it, if one did. */
  readonly http?: {
    /** Whose token it bore. */
    readonly authInfo?: {
      /** The client that the token was given to. */
      readonly clientId: string;
    };
  };
}

/**
 * Options of {@linkcode createRequestState}.
 *
 * @typeParam Context What `bind` is given: the SDK's `ServerContext`.
 *
 * @example A state that is good for one answer within a minute
 * ```ts
 * import { createRequestState, type RequestStateOptions } from "@mayfly/store/mcp";
 *
 * const options: RequestStateOptions = { ttl: 60_000, once: true };
 * createRequestState<{ step: number }>(options);
 * ```
 */
export interface RequestStateOptions<Context = RequestContext> {
  /**
   * Where the states are kept.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: Pick<StorageBackend, "del" | "get" | "getdel" | "getex" | "set">;
  /**
   * How long a state is good for, in ms: positive and finite, a fraction is rounded up.
   *
   * @default {600_000} The SDK's own.
   */
  ttl?: number;
  /**
   * Whether a state is good for one answer only: a replay fails.
   *
   * @default {false}
   */
  once?: boolean;
  /**
   * What a state is bound to, such as the user: one that was minted for another is refused.
   *
   * @default {nothing}
   */
  bind?: (ctx: Context) => string;
}

/**
 * What stands where the SDK's `RequestStateCodec` does.
 *
 * @typeParam T What is kept from one round to the next: JSON.
 * @typeParam Context What `bind` is given.
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
  /** Keeps `payload` and returns what stands for it, for `inputRequired({ requestState })`. */
  mint(payload: T, ctx?: Context): Promise<string>;
  /** The payload of a state that came back. */
  verify(state: string, ctx: Context): Promise<T>;
}

const MAKE = "make the request state";
const TEN_MINUTES = 600_000;

/**
 * The state of a tool that asks the user something and is called again with the answer (revision
 * 2026-07-28 of MCP): kept here, where the SDK's own codec sends it through the client.
 *
 * So the client cannot read it, it may be as large as it likes, all processes that share the
 * storage understand it without a shared key, and with `once` it cannot be played back.
 *
 * @typeParam T What is kept: JSON.
 * @typeParam Context What `bind` is given: the SDK's `ServerContext`.
 * @param options The storage, for how long, how often, and for whom.
 * @returns `mint`, whose promise rejects with a `TypeError` for a payload that is no JSON, and
 * where there is a `bind` without a `ctx`; and `verify`, which rejects with a `HandleError` whatever
 * is wrong with the state. The SDK answers that with "Invalid or expired requestState".
 * @throws {TypeError} An option is of the wrong kind, or is not known.
 * @throws {RangeError} `ttl` is not positive and finite.
 *
 * @example Two rounds
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
  const { storage, ttl = TEN_MINUTES, once = false, bind } = readOptions(
    MAKE,
    options,
    ["storage", "ttl", "once", "bind"],
  );
  checkType(MAKE, "once", once, "boolean");
  if (bind !== undefined) checkType(MAKE, "bind", bind, "function");
  const handles = new Handles<JsonValue>({ storage, ttl, prefix: "state:" });

  /** Who a state is for. Not empty, even where what `bind` returns is. */
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
