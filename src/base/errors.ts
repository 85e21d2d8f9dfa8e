import { quote } from "./_checks.ts";

/**
 * A variable of the environment, or the URL of a storage, cannot be used.
 *
 * The message names the variable, quotes its text and says which texts are valid.
 *
 * @example An invalid timeout
 * ```ts
 * import { ConfigError, InMemoryStorage } from "@mayfly/store";
 * import { assertInstanceOf } from "@std/assert";
 *
 * try {
 *   new InMemoryStorage(); // with CONVERSATION_TIMEOUT_HOURS=abc
 * } catch (error) {
 *   assertInstanceOf(error, ConfigError);
 * }
 * ```
 */
export class ConfigError extends RangeError {
  /** The name of the class, `"ConfigError"`. */
  override readonly name: string = "ConfigError";
  /** The variable that was read. */
  readonly variable: string;
  /** The text that the variable held. */
  readonly value: string;

  /**
   * Makes the error for one variable.
   *
   * @param variable The name of the variable.
   * @param value The text that it held.
   * @param accepted The texts that are valid, as the end of a sentence.
   * @param options A message in place of the usual one, and the cause.
   */
  constructor(
    variable: string,
    value: string,
    accepted: string,
    { message, cause }: ErrorOptions & { message?: string } = {},
  ) {
    super(
      message ??
        `Cannot read the configuration: "${variable}" must be ${accepted}: received ${
          quote(value)
        }`,
    );
    // A missing cause would be shown as `[cause]: undefined`.
    if (cause !== undefined) {
      Object.defineProperty(this, "cause", {
        ...{ value: cause, configurable: true, writable: true },
      });
    }
    this.variable = variable;
    this.value = value;
  }
}

/**
 * A Redis command failed as it would on a server; the message is the server's.
 *
 * @example Incrementing text
 * ```ts
 * import { InMemoryStorage, ReplyError } from "@mayfly/store";
 * import { assertThrows } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * storage.set("name", "Ada");
 * assertThrows(
 *   () => storage.incr("name"),
 *   ReplyError,
 *   "ERR value is not an integer or out of range",
 * );
 * ```
 */
export class ReplyError extends Error {
  /** The name of the class, `"ReplyError"`. */
  override readonly name: string = "ReplyError";
}

/**
 * Returns whether an error is a server's error reply to a command, on every backend: a
 * {@linkcode ReplyError} of a storage of this package, or the error that `ioredis`, `iovalkey` and
 * Bun's client create for such a reply. `false` for an error of the connection.
 *
 * @param error The error that a command threw or rejected with.
 * @returns `true` if it is an error reply.
 *
 * @example A value that is not a number
 * ```ts
 * import { getStorageBackend, isReplyError } from "@mayfly/store";
 * import { assert } from "@std/assert";
 *
 * const storage = getStorageBackend();
 * await storage.set("name", "Ada");
 * try {
 *   await storage.incr("name");
 * } catch (error) {
 *   assert(isReplyError(error));
 * }
 * ```
 */
export function isReplyError(error: unknown): error is Error {
  // By name and code: each client has a class of its own, and each realm has its own copy of a
  // class.
  const { name, code, message } = Object(error) as Partial<
    Error & { code: unknown }
  >;
  return typeof message === "string" &&
    (name === "ReplyError" || code === "ERR_REDIS_SERVER_ERROR");
}

/**
 * A bounded store is full, and its policy or the size of the entry does not let it evict enough.
 *
 * The store is as it was before the call.
 *
 * @example A store that refuses
 * ```ts
 * import { ExpiringStore, StoreFullError } from "@mayfly/store";
 * import { assertThrows } from "@std/assert";
 *
 * using store = new ExpiringStore<string, number>({
 *   maxEntries: 1,
 *   eviction: "reject",
 * });
 * store.set("a", 1);
 * assertThrows(() => store.set("b", 2), StoreFullError);
 * ```
 */
export class StoreFullError extends RangeError {
  /** The name of the class, `"StoreFullError"`. */
  override readonly name: string = "StoreFullError";
}

/**
 * The reason why a storage outside of this process cannot run a command.
 *
 * `"open"`: the file cannot be opened (no such directory, a directory in its place, no permission).
 * `"foreign"`: the file is not a database, or belongs to another program. `"version"`: a newer
 * version of this package wrote it. `"busy"`: another process held its lock for longer than
 * `busyTimeout`. `"full"`: the disk is full. `"readonly"`: the file cannot be written. `"corrupt"`:
 * its content is damaged. `"closed"`: the storage was closed. `"unavailable"`: the runtime has no
 * `node:sqlite`, or a server cannot be reached or does not answer. `"io"`: the file was deleted or
 * replaced while it was open, or another error of the file system.
 *
 * @example Which errors to retry
 * ```ts
 * import type { StorageErrorCode } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * function mayRetry(code: StorageErrorCode): boolean {
 *   return code === "busy" || code === "unavailable";
 * }
 * assertEquals(mayRetry("full"), false);
 * ```
 */
export type StorageErrorCode =
  | "open"
  | "foreign"
  | "version"
  | "busy"
  | "full"
  | "readonly"
  | "corrupt"
  | "closed"
  | "unavailable"
  | "io";

/**
 * A storage outside of this process, a file or a server, cannot run a command. Nothing has changed,
 * unless the message says that the outcome is unknown.
 *
 * The message names the file or the host, never a value or a password; `cause`
 * is the driver's own error.
 *
 * @example A storage that was closed
 * ```ts
 * import { StorageError } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new StorageError("closed", 'Cannot use "state.db": it is closed');
 * assertEquals(error.code, "closed");
 * ```
 */
export class StorageError extends Error {
  /** The name of the class, `"StorageError"`. */
  override readonly name: string = "StorageError";
  /** The kind of failure. */
  readonly code: StorageErrorCode;

  /**
   * Creates the error.
   *
   * @param code The kind of failure.
   * @param message The action that failed, and the file or the host.
   * @param options The `cause`: the driver's own error.
   */
  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
