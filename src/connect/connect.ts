import {
  checkFinite,
  checkPositive,
  checkType,
  kindOf,
  MILLISECONDS,
  printable,
  quote,
} from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import { ConfigError, StorageError } from "../base/errors.ts";
import { getEnv } from "../base/runtime.ts";
import {
  readBackendUrl,
  type ServerAddress,
  urlError,
  type UrlSource,
  withoutPassword,
} from "./_url.ts";
import { TimeoutError, within } from "./_connection.ts";
import { findClient } from "./_find_client.ts";
import { openClient } from "./_open_client.ts";
import {
  InMemoryStorage,
  type InMemoryStorageOptions,
} from "../storage/memory/memory_storage.ts";
import type { SqliteStorageOptions } from "../storage/sqlite/mod.ts";
import { checkMaster } from "../backend/_commands.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import type { UrlObject } from "../base/url_object.ts";

const CONNECT = "connect the storage";
const VARIABLE = "MAYFLY_URL";
const DEFAULT_URL = "memory:";
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_COMMAND_TIMEOUT_MS = 30_000;
const OPTIONS = [
  "connectTimeout",
  "storage",
  "client",
  "commandTimeout",
  "signal",
] as const;

/**
 * Options of {@linkcode connectStorage}.
 *
 * @example Fail if there is no connection within a second
 * ```ts
 * import { type ConnectOptions, connectStorage } from "@mayfly/store/connect";
 *
 * const options: ConnectOptions = { connectTimeout: 1000, commandTimeout: 5000 };
 * await using storage = await connectStorage("memory:", options);
 * ```
 */
export interface ConnectOptions {
  /**
   * The timeout, in ms, for connecting: positive and finite. It includes the search for a client
   * and the wait for a server that is still loading its data. A command waits for the same time at
   * most while the client reconnects.
   *
   * @default {10_000}
   */
  connectTimeout?: number | undefined;
  /**
   * The timeout, in ms, of a command to a server: positive, `Infinity` for none. After it, a
   * command without a reply rejects with a `StorageError` `"unavailable"`, and the client
   * reconnects. It also reconnects if the server sends nothing for half of that time (except Bun's
   * client).
   *
   * @default {30_000}
   */
  commandTimeout?: number | undefined;
  /** Ends the attempt to connect: the promise rejects with the reason of the signal. */
  signal?: AbortSignal | undefined;
  /** Options of the `InMemoryStorage` or the `SqliteStorage` that is created. */
  storage?: InMemoryStorageOptions | SqliteStorageOptions | undefined;
  /**
   * Options for the constructor of the client (`ioredis`, `iovalkey` or Bun's client); the URL
   * overrides them. Or a client that you created: it is used in place of a new one, and stays open
   * when the storage is closed.
   */
  client?: object | undefined;
}

/**
 * A backend that was opened by {@linkcode connectStorage}.
 *
 * `close`, `await using` and `using` close it; a command after that throws a `StorageError`
 * `"closed"`. For a server, it also has all other members of the client.
 *
 * @example Usage
 * ```ts
 * import { type ConnectedStorage, connectStorage } from "@mayfly/store/connect";
 *
 * const storage: ConnectedStorage = await connectStorage("memory:");
 * await storage.close();
 * ```
 */
export interface ConnectedStorage
  extends StorageBackend, AsyncDisposable, Disposable {
  /** Closes the backend after the pending commands are answered. Idempotent. */
  close(): void | Promise<void>;
}

/**
 * Opens the backend that a URL names.
 *
 * It resolves when the server has answered, and rejects if the first attempt fails. Once open, the
 * client reconnects by itself. If the connection breaks before the reply to a command arrives, the
 * command is sent again if it is idempotent (`GET`, `SET`, `PEXPIRE`). If it is not (`INCR`,
 * `GETDEL`, `SET` with `"NX"`), it rejects with a `StorageError` `"unavailable"`: it is unknown
 * whether the server executed it.
 *
 * @param url The URL. User, password and the path of a file are percent-encoded. Default: the
 *   variable `MAYFLY_URL`, or `memory:` if that is not set or empty.
 * @param options The timeouts, and the options of the storage or the client.
 * @returns The backend. `close()` and `await using` close it.
 * @throws {ConfigError} The URL has an unknown form, its file cannot be opened, or no client is
 * installed.
 * @throws {StorageError} The server cannot be reached, refuses the connection, requires another
 *   password, is too old or does not answer in time (`"unavailable"`), or the file cannot be used
 *   for another reason.
 * @throws {TypeError} An argument has the wrong type.
 * @throws {RangeError} An option is out of range.
 *
 * @example The storage of the process
 * ```ts
 * import { getStorageBackend, setStorageBackend } from "@mayfly/store";
 * import { connectStorage } from "@mayfly/store/connect";
 *
 * setStorageBackend(await connectStorage("memory:"));
 * await getStorageBackend().set("color", "red");
 * ```
 */
export async function connectStorage(
  url?: string | UrlObject,
  options?: ConnectOptions,
): Promise<ConnectedStorage> {
  const source = readSource(url);
  const {
    connectTimeout = DEFAULT_CONNECT_TIMEOUT_MS,
    commandTimeout = DEFAULT_COMMAND_TIMEOUT_MS,
    storage = {},
    client = {},
    signal,
  } = readOptions(CONNECT, options, OPTIONS);
  checkFinite(CONNECT, "connectTimeout", connectTimeout, MILLISECONDS);
  checkPositive(CONNECT, "commandTimeout", commandTimeout, MILLISECONDS);
  checkType(CONNECT, "storage", storage, "object");
  checkType(CONNECT, "client", client, "object");
  checkMaster(CONNECT, "client", client);
  checkMaster(CONNECT, "client", { options: client });
  if (signal !== undefined) checkType(CONNECT, "signal", signal, "object");
  signal?.throwIfAborted();

  const where = readBackendUrl(source);
  if (where.kind === "memory") {
    return disposable(new InMemoryStorage(storage as InMemoryStorageOptions));
  }
  if (where.kind === "file") return await openFile(where.path, source, storage);
  return await openServer(where.address, source, {
    ...{ connectTimeout, commandTimeout, storage, client, signal },
  });
}

/** The URL of the argument or of the environment. */
function readSource(url: unknown): UrlSource {
  if (url === undefined) {
    const text = getEnv(VARIABLE)?.trim();
    return { name: VARIABLE, text: text || DEFAULT_URL };
  }
  const { href } = Object(url) as Partial<UrlObject>;
  if (typeof href === "string") return { name: "url", text: href };
  if (typeof url === "string") return { name: "url", text: url.trim() };
  throw new TypeError(
    `Cannot ${CONNECT}: "url" must be a string or a URL: received ${
      kindOf(url)
    }`,
  );
}

async function openFile(
  path: string,
  source: UrlSource,
  options: object,
): Promise<ConnectedStorage> {
  // A program that does not use a file does not load the driver.
  const { SqliteStorage } = await import("../storage/sqlite/mod.ts");
  try {
    return disposable(new SqliteStorage(path, options));
  } catch (error) {
    const isWrongPath = error instanceof StorageError &&
      (error.code === "open" || error.code === "foreign");
    if (!isWrongPath) throw error;
    const accepted = `the URL of a file that can be opened (${error.message})`;
    throw urlError(source, accepted, error);
  }
}

/** Adds `Symbol.asyncDispose` to a storage of this process. */
function disposable<T extends StorageBackend & Disposable & { close(): void }>(
  storage: T,
): ConnectedStorage {
  return Object.defineProperty(storage, Symbol.asyncDispose, {
    configurable: true,
    // deno-lint-ignore require-await
    value: async () => storage.close(),
  }) as T & AsyncDisposable;
}

async function openServer(
  address: ServerAddress,
  source: UrlSource,
  { connectTimeout, commandTimeout, storage, client, signal }:
    & Required<Omit<ConnectOptions, "signal">>
    & { signal: AbortSignal | undefined },
): Promise<ConnectedStorage> {
  const shown = withoutPassword(source.text);
  const start = performance.now();
  const isReady = typeof (client as Partial<StorageBackend>).get === "function";
  const found = isReady
    ? undefined
    : await within(connectTimeout, findClient(address), signal)
      .catch((error) => {
        if (!(error instanceof TimeoutError)) throw error;
        return { kind: "none" as const, cause: error };
      });
  if (found?.kind === "none") throw noClient(source, shown, found.cause);
  return await openClient(found, {
    ...{ address, shown, signal, connectTimeout, commandTimeout },
    timeLeft: Math.max(connectTimeout - (performance.now() - start), 1),
    client: client as Record<string, unknown>,
    logger: storage.logger,
  });
}

function noClient(
  { name }: UrlSource,
  shown: string,
  cause: unknown,
): Error {
  const { message = "" } = Object(cause) as Partial<Error>;
  const failed = printable(
    `Cannot connect to ${
      quote(shown)
    } ("${name}"): no client of Redis could be loaded (${message})`,
  );
  if (cause instanceof TimeoutError) {
    return new StorageError("unavailable", failed, { cause });
  }
  const install = ['"npm install ioredis"', '"npm install iovalkey"'];
  if (/^valkey/i.test(shown)) install.reverse();
  return new ConfigError(name, shown, "", {
    message: `${failed}. Install one (${
      install.join(" or ")
    }); in a bundle, mark it external`,
    cause,
  });
}
