import { parseJson, stringify } from "../backend/_json.ts";
import { checkKeyPart, findStorage } from "../backend/_options.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import { takeValue } from "../backend/_take.ts";
import { checkTtl, kindOf, quoteNumber } from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";

/**
 * The storage of tokens, codes and clients of FastMCP's OAuth proxy: FastMCP's own interface, copied
 * structurally, so FastMCP is not a dependency.
 *
 * @example Passing it to FastMCP
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
  /** Does nothing: the backend removes expired values. */
  cleanup(): Promise<void>;
  /** Removes a value. */
  delete(key: string): Promise<void>;
  /** The value of a key, or `null`. */
  get(key: string): Promise<unknown>;
  /** Stores a value for `ttl` seconds; without a `ttl`, or with 0, until it is deleted. */
  save(key: string, value: unknown, ttl?: number): Promise<void>;
  /** Removes a key and returns its value. Exactly one caller gets the value, all others `null`. */
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
   * The backend that keeps the tokens.
   *
   * @default {getStorageBackend(), looked up at each call}
   */
  storage?: Pick<StorageBackend, "del" | "get" | "getdel" | "set"> | undefined;
  /**
   * The start of every key in the backend.
   *
   * @default {"token:"}
   */
  prefix?: string | undefined;
}

const MAKE = "make the token storage";
const COMMANDS = ["del", "get", "getdel", "set"] as const;
const SAVE = "save the token";
const SECONDS = "a positive, finite number of seconds";

/**
 * A token storage for FastMCP on any backend: tokens survive a restart and are shared by all
 * processes, and a single-use token is accepted once, whichever process gets it.
 *
 * Values are stored as JSON. For a backend that others can read, wrap it in FastMCP's
 * `EncryptedTokenStorage`. `take` returns the value even if the client loses the reply and sends the
 * command again (`ioredis`, `iovalkey`); if the client gives up, its error is thrown, and whether
 * the token was taken is not known.
 *
 * @param options The storage, and a prefix.
 * @returns The token storage. Its promises reject with a `TypeError` for a key that is not a string
 * and a value that is not JSON, with a `RangeError` for a negative or infinite `ttl` and for a key
 * with half of a surrogate pair, and with the errors of the backend. Foreign text under a key reads
 * as `null`.
 * @throws {TypeError} An option has the wrong type or an unknown name.
 * @throws {RangeError} `prefix` has half of a surrogate pair.
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
  checkKeyPart(MAKE, "prefix", prefix);
  const storage = findStorage(MAKE, own.storage, COMMANDS);
  const keyOf = (action: string, key: unknown) => {
    checkKeyPart(action, "key", key);
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
      const text = stringify(value);
      if (text === undefined) {
        throw new TypeError(
          `Cannot ${SAVE}: "value" must be JSON: received ${kindOf(value)}`,
        );
      }
      // As in FastMCP's own storages, 0 means no limit.
      if (ttl === undefined || ttl === null || ttl === 0) {
        await storage().set(name, text);
        return;
      }
      checkTtl(SAVE, "ttl", ttl, SECONDS, quoteNumber, 1000);
      await storage().set(name, text, "PX", Math.ceil(ttl * 1000));
    },

    async take(key: string): Promise<unknown> {
      const name = keyOf("take the token", key);
      return parseJson(await takeValue(storage(), name)) ?? null;
    },
  };
}
