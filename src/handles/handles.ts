import {
  checkString,
  findStorage,
  readMilliseconds,
} from "../backend/_options.ts";
import { checkType, kindOf } from "../base/_checks.ts";
import { type HandleTime, makeHandle, readHandle } from "./_text.ts";
import { type JsonValue, toJson } from "../backend/_json.ts";
import { readOptions } from "../base/_options.ts";
import { isPending } from "../backend/_replies.ts";
import { sha256 } from "./_sha256.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { update } from "../backend/update.ts";

const MAKE = "make the handles";
const OPTIONS = ["storage", "ttl", "prefix", "sliding"] as const;
const HOUR = 3_600_000;
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
   * Where the values are kept.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: Pick<StorageBackend, "del" | "get" | "getdel" | "getex" | "set">;
  /**
   * How long a handle lives, in ms: positive and finite, a fraction is rounded up.
   *
   * @default {3_600_000}
   */
  ttl?: number;
  /**
   * What the keys in the backend begin with. A handle of one prefix is gone under another.
   *
   * @default {"handle:"}
   */
  prefix?: string;
  /**
   * Whether a `read` or an `update` starts a handle's time again.
   *
   * @default {false}
   */
  sliding?: boolean;
}

/**
 * Who a handle is for.
 *
 * @example Another's handle is gone
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
   * The user, the client or the like that the handle is bound to: not empty. It must be the same
   * whenever the handle is used.
   *
   * @default {none}
   */
  owner?: string;
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
   * How long this handle lives, in ms: positive and finite, a fraction is rounded up.
   *
   * @default {the ttl of the handles}
   */
  ttl?: number;
}

/**
 * Why a handle is of no use: `"malformed"`: it is none of ours; `"expired"`: its time is over;
 * `"gone"`: it was spent, revoked or evicted, was lost with a restart of a store in memory, or is
 * another owner's. These are not told apart, so that nobody can probe.
 *
 * @example What to tell the client
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
 * A handle is of no use. The message never holds the handle.
 *
 * @example A handle that was spent
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
  /** Why the handle is of no use. */
  readonly reason: HandleErrorReason;

  /**
   * Makes the error.
   *
   * @param action What could not be done, such as `"read the handle"`.
   * @param reason Why the handle is of no use.
   */
  constructor(action: string, reason: HandleErrorReason) {
    super(`Cannot ${action}: ${MESSAGES[reason]}`);
    this.reason = reason;
  }
}

/**
 * Handles for values of one type, kept in a backend.
 *
 * A handle has 152 random bits and says when it was minted and for how long, so that one that has
 * expired is known as such with nothing kept of it. The key in the backend is a SHA-256 of handle and
 * owner: a copy of the file or a dump of the server gives no handle away, and a wrong owner can
 * neither read nor spend.
 *
 * @typeParam T What a handle stands for: JSON.
 *
 * @example State between two calls, spent by the second
 * ```ts
 * import { Handles } from "@mayfly/store/handles";
 * import { assertEquals } from "@std/assert";
 *
 * const steps = new Handles<{ step: number }>();
 * const handle = await steps.mint({ step: 1 });
 * assertEquals(await steps.take(handle), { step: 1 });
 * ```
 */
export class Handles<T extends JsonValue> {
  readonly #backend: () => Pick<StorageBackend, typeof COMMANDS[number]>;
  readonly #ttl: number;
  readonly #prefix: string;
  readonly #sliding: boolean;

  /**
   * Makes the handles; nothing is stored yet.
   *
   * @param options Where values are kept, and for how long.
   * @throws {TypeError} An option is of the wrong kind, or is not known.
   * @throws {RangeError} `ttl` is not positive and finite.
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
    checkString(MAKE, "prefix", prefix);
    checkType(MAKE, "sliding", sliding, "boolean");
    this.#prefix = prefix;
    this.#sliding = sliding;
  }

  /**
   * Mints a handle for a value.
   *
   * @param value What the handle stands for: JSON.
   * @param options Who it is for, and for how long.
   * @returns The handle: 44 letters, digits, `-` and `_`.
   * @throws {TypeError} The value is no JSON, or an option is of the wrong kind.
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
   * Reads what a handle stands for. In sliding handles its time starts again.
   *
   * @param handle The handle.
   * @param options Who it is for.
   * @returns The value.
   * @throws {HandleError} The handle is of no use: see its `reason`.
   * @throws {TypeError} The handle is no string, or an option is of the wrong kind.
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
   * Reads what a handle stands for and spends it: of any number of callers on any number of
   * machines one gets the value.
   *
   * @param handle The handle.
   * @param options Who it is for.
   * @returns The value.
   * @throws {HandleError} The handle is of no use: see its `reason`.
   * @throws {TypeError} The handle is no string, or an option is of the wrong kind.
   * @throws {RangeError} `owner` is empty.
   *
   * @example One of two
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
    return parse<T>(action, time, await this.#backend().getdel(key));
  }

  /**
   * Changes what a handle stands for, with nobody in between. Its time starts again in sliding
   * handles alone.
   *
   * @param handle The handle.
   * @param change Computes the new value from the old one. Synchronous; may run more than once;
   * must not use the storage. What it throws is thrown, and nothing has changed.
   * @param options Who it is for.
   * @returns The new value.
   * @throws {HandleError} The handle is of no use: see its `reason`.
   * @throws {TypeError} An argument is of the wrong kind, what `change` returned is no JSON, or the
   * backend has no atomic step.
   * @throws {RangeError} `owner` is empty.
   *
   * @example Counting
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
        // An async function: nobody else would hear of its failure.
        if (isPending(value)) value.catch(() => {});
        return toJson(action, "change(value)", value);
      },
      this.#sliding ? { ttl: time.lifetime } : {},
    );
    return parse<T>(action, time, json);
  }

  /**
   * Revokes a handle, whatever is left of its time.
   *
   * @param handle The handle.
   * @param options Who it is for.
   * @returns Whether it was there: `false` for one that is malformed, expired or gone.
   * @throws {TypeError} The handle is no string, or an option is of the wrong kind.
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
      return await this.#backend().del(key) > 0;
    } catch (error) {
      if (error instanceof HandleError) return false;
      throw error;
    }
  }

  /** Where the value of a handle is, if its time is not over. */
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
    // One that slides may still be there: the backend knows.
    if (isOver(time) && !time.sliding) throw new HandleError(action, "expired");
    return { key: await this.#keyOf(handle, owner), time };
  }

  async #keyOf(handle: string, owner: string | undefined): Promise<string> {
    // All handles are as long as each other, and as JSON no two owners read the same.
    const text = owner === undefined ? handle : handle + JSON.stringify(owner);
    return this.#prefix + await sha256(text);
  }
}

function checkOwner(action: string, owner: unknown): void {
  if (owner === undefined) return;
  checkString(action, "owner", owner);
  if (owner !== "") return;
  throw new RangeError(
    `Cannot ${action}: "owner" must not be empty: received ""`,
  );
}

/** What a key holds, if it holds what a handle stands for. */
function parse<T>(action: string, time: HandleTime, text: string | null): T {
  if (text !== null) {
    try {
      return JSON.parse(text);
    } catch {
      // Not ours.
    }
  }
  throw new HandleError(action, isOver(time) ? "expired" : "gone");
}

/** Whether the time that a handle was minted for is over. */
function isOver({ mintedAt, lifetime }: HandleTime): boolean {
  return Date.now() >= mintedAt + lifetime;
}
