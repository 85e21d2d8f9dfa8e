import {
  checkKeyPart,
  checkString,
  findStorage,
  readMilliseconds,
} from "../backend/_options.ts";
import { type JsonValue, parseJson, toJson } from "../backend/_json.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { removeValue, takeValue } from "../backend/_take.ts";
import { update } from "../backend/update.ts";
import { checkType, isThenable, kindOf, refuse } from "../base/_checks.ts";
import { HOUR, readOptions } from "../base/_options.ts";
import { sha256 } from "../base/_sha256.ts";
import { type HandleTime, makeHandle, readHandle } from "./_text.ts";

const MAKE = "make the handles";
const OPTIONS = ["storage", "ttl", "prefix", "sliding"] as const;
const DEFAULT_PREFIX = "handle:";
const COMMANDS = ["del", "get", "getdel", "getex", "set"] as const;

/**
 * Options of {@linkcode Handles}.
 *
 * @example Handles that live for ten minutes after their last use
 * ```ts
 * import { Handles, type HandlesOptions } from "@mayfly/store/handles";
 * import { assertEquals } from "@std/assert";
 *
 * const options: HandlesOptions = { ttl: 10 * 60_000, sliding: true };
 * const uploads = new Handles<{ parts: number }>(options);
 * assertEquals(await uploads.read(await uploads.mint({ parts: 3 })), { parts: 3 });
 * ```
 */
export interface HandlesOptions {
  /**
   * The backend that keeps the values.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?:
    | Pick<StorageBackend, "del" | "get" | "getdel" | "getex" | "set">
    | undefined;
  /**
   * The TTL of a handle in ms: positive and finite; a fraction is rounded up.
   *
   * @default {3_600_000}
   */
  ttl?: number | undefined;
  /**
   * The start of every key in the backend. A handle of one prefix is `"gone"` under another.
   *
   * @default {"handle:"}
   */
  prefix?: string | undefined;
  /**
   * Whether `read` and `update` restart the TTL of a handle.
   *
   * @default {false}
   */
  sliding?: boolean | undefined;
}

/**
 * The owner of a handle.
 *
 * @example The handle of another owner is gone
 * ```ts
 * import { type HandleOwner, Handles } from "@mayfly/store/handles";
 * import { assertEquals } from "@std/assert";
 *
 * const ada: HandleOwner = { owner: "ada" };
 * const handles = new Handles<number>();
 * const handle = await handles.mint(1, ada);
 * assertEquals(await handles.revoke(handle, { owner: "bob" }), false);
 * assertEquals(await handles.revoke(handle, ada), true);
 * ```
 */
export interface HandleOwner {
  /**
   * The user or client that the handle is bound to: not empty, and the same in every call with the
   * handle.
   *
   * @default {none}
   */
  owner?: string | undefined;
}

/**
 * Options of {@linkcode Handles.mint}.
 *
 * @example A handle for one minute
 * ```ts
 * import { Handles, type MintOptions } from "@mayfly/store/handles";
 * import { assertEquals } from "@std/assert";
 *
 * const options: MintOptions = { owner: "ada", ttl: 60_000 };
 * const handles = new Handles<string>();
 * assertEquals((await handles.mint("state", options)).length, 44);
 * ```
 */
export interface MintOptions extends HandleOwner {
  /**
   * The TTL of this handle in ms: positive and finite; a fraction is rounded up.
   *
   * @default {the `ttl` of the `Handles`}
   */
  ttl?: number | undefined;
}

/**
 * Why a handle is not valid. `"malformed"`: it was not made by `Handles`. `"expired"`: its TTL is
 * over. `"gone"`: it was taken, revoked or evicted, was lost when an in-memory store restarted, or
 * belongs to another owner. These cases share one reason so that a caller cannot probe for them.
 *
 * @example Choosing a message for the client
 * ```ts
 * import type { HandleErrorReason } from "@mayfly/store/handles";
 * import { assertEquals } from "@std/assert";
 *
 * function advice(reason: HandleErrorReason): string {
 *   return reason === "expired" ? "Start again" : "Check the handle";
 * }
 * assertEquals(advice("expired"), "Start again");
 * ```
 */
export type HandleErrorReason = "malformed" | "expired" | "gone";

const MESSAGES: Record<HandleErrorReason, string> = {
  malformed: "it is malformed",
  expired: "it has expired",
  gone: "it is gone",
};

/**
 * A handle is not valid. The message never contains the handle.
 *
 * @example A handle that was taken
 * ```ts
 * import { HandleError, Handles } from "@mayfly/store/handles";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const handles = new Handles<string>();
 * const handle = await handles.mint("state");
 * await handles.take(handle);
 * const error = await assertRejects(() => handles.read(handle), HandleError);
 * assertEquals(error.reason, "gone");
 * ```
 */
export class HandleError extends Error {
  /** The name of the class, `"HandleError"`. */
  override readonly name: string = "HandleError";
  /** Why the handle is not valid. */
  readonly reason: HandleErrorReason;

  /**
   * Creates the error.
   *
   * @param action The call that failed, such as `"read the handle"`.
   * @param reason Why the handle is not valid.
   */
  constructor(action: string, reason: HandleErrorReason) {
    super(`Cannot ${action}: ${MESSAGES[reason]}`);
    this.reason = reason;
  }
}

/**
 * Opaque handles for values of one type, kept in a backend: a handle expires, can be bound to an
 * owner, and reports why it is no longer valid.
 *
 * A handle is 152 random bits with the time when it was minted and its TTL, so an expired handle is
 * recognised without a record of it. The backend alone decides whether a handle is valid; the time
 * in the handle only explains why it is not. The key in the backend is a SHA-256 of handle and
 * owner: a copy of the file or a dump of the server reveals no handle, and another owner can neither
 * read nor take it.
 *
 * @typeParam T The type of the values: JSON.
 *
 * @example State between two calls, taken by the second
 * ```ts
 * import { Handles } from "@mayfly/store/handles";
 * import { assertEquals } from "@std/assert";
 *
 * const steps = new Handles<{ step: number }>();
 * const handle = await steps.mint({ step: 1 });
 * assertEquals(await steps.take(handle), { step: 1 });
 * ```
 */
export class Handles<T extends JsonValue | object> {
  readonly #backend: () => Pick<StorageBackend, typeof COMMANDS[number]>;
  readonly #ttl: number;
  readonly #prefix: string;
  readonly #sliding: boolean;

  /**
   * Creates the object; stores nothing.
   *
   * @param options The backend, the prefix and the TTL.
   * @throws {TypeError} An option has the wrong type or an unknown name.
   * @throws {RangeError} `ttl` is not positive and finite, or `prefix` has half of a surrogate pair.
   */
  constructor(options?: HandlesOptions) {
    const {
      storage,
      ttl = HOUR,
      prefix = DEFAULT_PREFIX,
      sliding = false,
    } = readOptions(MAKE, options, OPTIONS);
    this.#backend = findStorage(MAKE, storage, COMMANDS);
    this.#ttl = readMilliseconds(MAKE, "ttl", ttl);
    checkKeyPart(MAKE, "prefix", prefix);
    checkType(MAKE, "sliding", sliding, "boolean");
    this.#prefix = prefix;
    this.#sliding = sliding;
  }

  /**
   * Stores a value and returns a new handle for it.
   *
   * @param value The value: JSON.
   * @param options The owner and the TTL.
   * @returns The handle: 44 letters, digits, `-` and `_`.
   * @throws {TypeError} The value is not JSON, or an option has the wrong type.
   * @throws {RangeError} `ttl` is not positive and finite, or `owner` is empty.
   *
   * @example Usage
   * ```ts
   * import { Handles } from "@mayfly/store/handles";
   * import { assertMatch } from "@std/assert";
   *
   * const handles = new Handles<string>();
   * assertMatch(await handles.mint("state"), /^[\w-]{44}$/);
   * ```
   */
  async mint(value: T, options?: MintOptions): Promise<string> {
    const action = "mint a handle";
    const { owner, ttl } = readOptions(action, options, ["owner", "ttl"]);
    checkOwner(action, owner);
    const lifetime = ttl === undefined
      ? this.#ttl
      : readMilliseconds(action, "ttl", ttl);
    const json = toJson(action, "value", value);
    const handle = makeHandle({
      sliding: this.#sliding,
      mintedAt: Date.now(),
      lifetime,
    });
    const key = await this.#keyOf(handle, owner);
    await this.#backend().set(key, json, "PX", lifetime);
    return handle;
  }

  /**
   * Reads the value of a handle. With `sliding` this restarts the TTL of the handle.
   *
   * @param handle The handle.
   * @param options The owner.
   * @returns The value.
   * @throws {HandleError} The handle is not valid: see `reason`.
   * @throws {TypeError} The handle is not a string, or an option has the wrong type.
   * @throws {RangeError} `owner` is empty.
   *
   * @example Usage
   * ```ts
   * import { Handles } from "@mayfly/store/handles";
   * import { assertEquals } from "@std/assert";
   *
   * const handles = new Handles<number>();
   * assertEquals(await handles.read(await handles.mint(7)), 7);
   * ```
   */
  async read(handle: string, options?: HandleOwner): Promise<T> {
    const action = "read the handle";
    const { key, time } = await this.#find(action, handle, options);
    const storage = this.#backend();
    return parse<T>(
      action,
      time,
      this.#sliding
        ? await storage.getex(key, "PX", time.lifetime)
        : await storage.get(key),
    );
  }

  /**
   * Reads the value of a handle and removes the handle. Exactly one of any number of callers, on any
   * number of machines, gets the value.
   *
   * A client that loses a reply and sends the command again (`ioredis`, `iovalkey`) still gets the
   * value. If the client gives up, its error is thrown, and whether the handle was taken is not known.
   *
   * @param handle The handle.
   * @param options The owner.
   * @returns The value.
   * @throws {HandleError} The handle is not valid: see `reason`.
   * @throws {TypeError} The handle is not a string, or an option has the wrong type.
   * @throws {RangeError} `owner` is empty.
   *
   * @example One of two callers gets the value
   * ```ts
   * import { Handles } from "@mayfly/store/handles";
   * import { assertEquals } from "@std/assert";
   *
   * const handles = new Handles<string>();
   * const handle = await handles.mint("once");
   * const results = await Promise.allSettled([
   *   handles.take(handle),
   *   handles.take(handle),
   * ]);
   * assertEquals(results.filter(({ status }) => status === "fulfilled").length, 1);
   * ```
   */
  async take(handle: string, options?: HandleOwner): Promise<T> {
    const action = "take the handle";
    const { key, time } = await this.#find(action, handle, options);
    return parse<T>(action, time, await takeValue(this.#backend(), key));
  }

  /**
   * Replaces the value of a handle in an atomic read-modify-write. The TTL restarts only with
   * `sliding`.
   *
   * @param handle The handle.
   * @param change Computes the new value from the old one. It is synchronous, may run more than
   * once, and must not use the storage. If it throws, `update` throws the same and nothing changes.
   * @param options The owner.
   * @returns The new value.
   * @throws {HandleError} The handle is not valid: see `reason`.
   * @throws {TypeError} An argument has the wrong type, `change` returned something other than JSON,
   * or the backend has neither `batch` nor scripts.
   * @throws {RangeError} `owner` is empty.
   *
   * @example A counter
   * ```ts
   * import { Handles } from "@mayfly/store/handles";
   * import { assertEquals } from "@std/assert";
   *
   * const handles = new Handles<number>();
   * const handle = await handles.mint(1);
   * assertEquals(await handles.update(handle, (count) => count + 1), 2);
   * ```
   */
  async update(
    handle: string,
    change: (value: T) => T,
    options?: HandleOwner,
  ): Promise<T> {
    const action = "update the handle";
    checkType(action, "change", change, "function", kindOf);
    const { key, time } = await this.#find(action, handle, options);
    const json = await update(
      this.#backend(),
      key,
      (text) => {
        if (text === null) return null;
        const value = change(parse<T>(action, time, text));
        // An async function: its rejection would otherwise be unhandled.
        if (isThenable(value)) value.then(undefined, () => {});
        return toJson(action, "change(value)", value);
      },
      this.#sliding ? { ttl: time.lifetime } : {},
    );
    return parse<T>(action, time, json);
  }

  /**
   * Removes a handle.
   *
   * @param handle The handle.
   * @param options The owner.
   * @returns Whether it was valid: `false` for a handle that is malformed, expired or gone.
   * @throws {TypeError} The handle is not a string, or an option has the wrong type.
   * @throws {RangeError} `owner` is empty.
   *
   * @example Usage
   * ```ts
   * import { Handles } from "@mayfly/store/handles";
   * import { assertEquals } from "@std/assert";
   *
   * const handles = new Handles<number>();
   * const handle = await handles.mint(7);
   * assertEquals(await handles.revoke(handle), true);
   * assertEquals(await handles.revoke(handle), false);
   * ```
   */
  async revoke(handle: string, options?: HandleOwner): Promise<boolean> {
    try {
      const { key } = await this.#find("revoke the handle", handle, options);
      return await removeValue(this.#backend(), key);
    } catch (error) {
      if (error instanceof HandleError) return false;
      throw error;
    }
  }

  /** The key of a handle's value, and the time that the handle carries. */
  async #find(
    action: string,
    handle: unknown,
    options: HandleOwner | undefined,
  ): Promise<{ key: string; time: HandleTime }> {
    checkString(action, "handle", handle);
    const { owner } = readOptions(action, options, ["owner"]);
    checkOwner(action, owner);
    const time = readHandle(handle);
    if (time === undefined) throw new HandleError(action, "malformed");
    return { key: await this.#keyOf(handle, owner), time };
  }

  async #keyOf(handle: string, owner: string | undefined): Promise<string> {
    // All handles have the same length, and the JSON of two owners differs, so all keys differ.
    const text = owner === undefined ? handle : handle + JSON.stringify(owner);
    return this.#prefix + await sha256(text);
  }
}

function checkOwner(action: string, owner: string | undefined): void {
  if (owner === undefined) return;
  checkString(action, "owner", owner);
  if (owner === "") refuse(action, "owner", "not be empty", owner, true);
}

/** The value that a key holds; throws if it holds none. */
function parse<T>(action: string, time: HandleTime, text: string | null): T {
  const value = parseJson(text);
  if (value !== undefined) return value as T;
  // The clock of this machine, which may be wrong, only explains why the value is not there.
  const isOver = Date.now() >= time.mintedAt + time.lifetime;
  throw new HandleError(action, isOver ? "expired" : "gone");
}
