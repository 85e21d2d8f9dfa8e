import { checkString, findStorage } from "../backend/_options.ts";
import { checkFinite, kindOf, quoteNumber } from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { parseJson, stringify } from "../backend/_json.ts";

/**
 * Where FastMCP for TypeScript keeps the tokens, codes and clients of its OAuth proxy: its own
 * interface, spelled out, so that no dependency is needed.
 *
 * @example Handing it to FastMCP
 * ```ts
 * import { createTokenStorage, type TokenStorage } from "@mayfly/store/mcp";
 * import { assertEquals } from "@std/assert";
 *
 * // new OAuthProxy({ ..., tokenStorage })
 * const tokenStorage: TokenStorage = createTokenStorage();
 * assertEquals(await tokenStorage.get("code:unknown"), null);
 * ```
 */
export interface TokenStorage {
  /** Nothing to do: the backend forgets what has expired. */
  cleanup(): Promise<void>;
  /** Removes a value. */
  delete(key: string): Promise<void>;
  /** The value of a key, or `null`. */
  get(key: string): Promise<unknown>;
  /** Stores a value, for `ttl` seconds or until it is deleted. */
  save(key: string, value: unknown, ttl?: number): Promise<void>;
  /** Removes a key and returns its value: to one caller, and `null` to all others. */
  take(key: string): Promise<unknown>;
}

/**
 * Options of {@linkcode createTokenStorage}.
 *
 * @example Two proxies on one server
 * ```ts
 * import { createTokenStorage, type TokenStorageOptions } from "@mayfly/store/mcp";
 *
 * const options: TokenStorageOptions = { prefix: "github-token:" };
 * createTokenStorage(options);
 * ```
 */
export interface TokenStorageOptions {
  /**
   * Where the tokens are kept.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: Pick<StorageBackend, "del" | "get" | "getdel" | "set">;
  /**
   * What every key in the storage begins with.
   *
   * @default {"token:"}
   */
  prefix?: string;
}

const MAKE = "make the token storage";
const COMMANDS = ["del", "get", "getdel", "set"] as const;
const SAVE = "save the token";
const SECONDS = "a positive, finite number of seconds";

/**
 * A token storage for FastMCP on any backend: tokens survive a restart and are shared by all
 * processes, and what is single-use is used once, whichever process it comes to.
 *
 * Values are stored as JSON. FastMCP has an `EncryptedTokenStorage` to wrap around this one, for
 * backends that others can read.
 *
 * @param options The storage, and a prefix.
 * @returns The token storage. Its promises reject with a `TypeError` for a key that is no string
 * and a value that is no JSON, with a `RangeError` for a ttl that is not positive and finite, and
 * with what the backend throws. Text under a key that this did not write is no token.
 * @throws {TypeError} An option is of the wrong kind.
 *
 * @example A code that is redeemed once
 * ```ts
 * import { createTokenStorage } from "@mayfly/store/mcp";
 * import { assertEquals } from "@std/assert";
 *
 * const tokens = createTokenStorage();
 * await tokens.save("code:1", { clientId: "ada" }, 300);
 * const [first, second] = await Promise.all([
 *   tokens.take("code:1"),
 *   tokens.take("code:1"),
 * ]);
 * assertEquals([first, second], [{ clientId: "ada" }, null]);
 * ```
 */
export function createTokenStorage(
  options?: TokenStorageOptions,
): TokenStorage {
  const own = readOptions(MAKE, options, ["storage", "prefix"]);
  const { prefix = "token:" } = own;
  checkString(MAKE, "prefix", prefix);
  const storage = findStorage(MAKE, own.storage, COMMANDS);
  const keyOf = (action: string, key: unknown) => {
    checkString(action, "key", key);
    return prefix + key;
  };
  return {
    async cleanup(): Promise<void> {},

    async delete(key: string): Promise<void> {
      await storage().del(keyOf("delete the token", key));
    },

    async get(key: string): Promise<unknown> {
      const name = keyOf("get the token", key);
      return parseJson(await storage().get(name)) ?? null;
    },

    async save(key: string, value: unknown, ttl?: number): Promise<void> {
      const name = keyOf(SAVE, key);
      const text = toText(value);
      if (ttl === undefined || ttl === null) {
        await storage().set(name, text);
        return;
      }
      checkFinite(SAVE, "ttl", ttl, SECONDS, quoteNumber);
      await storage().set(name, text, "PX", Math.ceil(ttl * 1000));
    },

    async take(key: string): Promise<unknown> {
      const name = keyOf("take the token", key);
      return parseJson(await storage().getdel(name)) ?? null;
    },
  };
}

function toText(value: unknown): string {
  const text = stringify(value);
  if (text !== undefined) return text;
  throw new TypeError(
    `Cannot ${SAVE}: "value" must be JSON: received ${kindOf(value)}`,
  );
}
