import {
  checkFinite,
  checkType,
  kindOf,
  MILLISECONDS,
} from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import { StorageError } from "../base/errors.ts";
import { getEnv } from "../base/runtime.ts";
import {
  readBackendUrl,
  type ServerAddress,
  urlError,
  type UrlSource,
  withoutPassword,
} from "./_url.ts";
import { findClient } from "./_find_client.ts";
import { openClient } from "./_open_client.ts";
import {
  InMemoryStorage,
  type InMemoryStorageOptions,
} from "../storage/memory/memory_storage.ts";
import type { SqliteStorageOptions } from "../storage/sqlite/mod.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";
import type { UrlObject } from "../base/url_object.ts";

const CONNECT = "connect the storage";
const VARIABLE = "MAYFLY_URL";
const DEFAULT_URL = "memory:";
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Options of {@linkcode connectStorage}.
 *
 * @example A server that has to answer within a second
 * ```ts
 * import { type ConnectOptions, connectStorage } from "@mayfly/store/connect";
 *
 * const options: ConnectOptions = { connectTimeout: 1000 };
 * await using storage = await connectStorage("memory:", options);
 * ```
 */
export interface ConnectOptions {
  /**
   * How long, in ms, a server may take to answer: positive and finite.
   *
   * @default {10_000}
   */
  connectTimeout?: number;
  /** Options of the `InMemoryStorage` or the `SqliteStorage` that is made. */
  storage?: InMemoryStorageOptions | SqliteStorageOptions;
  /**
   * Options for the constructor of the client of a server, as `ioredis`, `iovalkey` or Bun's client
   * take them. What the URL says goes before them.
   */
  client?: object;
}

/**
 * A backend that was opened by {@linkcode connectStorage}, and that `await using` closes. A client
 * of a server is the client itself, with all that it has.
 *
 * @example Usage
 * ```ts
 * import { type ConnectedStorage, connectStorage } from "@mayfly/store/connect";
 *
 * const storage: ConnectedStorage = await connectStorage("memory:");
 * await storage[Symbol.asyncDispose]();
 * ```
 */
export type ConnectedStorage = StorageBackend & AsyncDisposable;

/**
 * Opens the backend that a URL names.
 *
 * It resolves when the server has answered, and rejects at the first attempt that fails. Once open,
 * a client connects again by itself, as its options say.
 *
 * @param url The URL. User and password are percent-encoded, and so is the path of a file. By
 * default it is what the variable `MAYFLY_URL` holds, and where that is not set or empty, `memory:`.
 * @param options How long to wait, and the options of what is made.
 * @returns The backend. `await using` closes it.
 * @throws {ConfigError} The URL is none of those that are known, its file cannot be opened, or its
 * client is not installed.
 * @throws {StorageError} The server cannot be reached, refuses, wants another password or does not
 * answer in time (`"unavailable"`), or the file is of no use for another reason.
 * @throws {TypeError} An argument is of the wrong kind.
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
  const { connectTimeout = DEFAULT_TIMEOUT_MS, storage = {}, client = {} } =
    readOptions(CONNECT, options, ["connectTimeout", "storage", "client"]);
  checkFinite(CONNECT, "connectTimeout", connectTimeout, MILLISECONDS);
  checkType(CONNECT, "storage", storage, "object");
  checkType(CONNECT, "client", client, "object");

  const where = readBackendUrl(source);
  if (where.kind === "memory") {
    const memory = new InMemoryStorage(storage as InMemoryStorageOptions);
    return disposable(memory, () => memory.shutdown());
  }
  if (where.kind === "file") return await openFile(where.path, source, storage);
  return await openServer(where.address, source, {
    ...{ connectTimeout, storage, client },
  });
}

/** The URL that was given, or the one of the environment. */
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
  // Who keeps nothing in a file does not load what does.
  const { SqliteStorage } = await import("../storage/sqlite/mod.ts");
  try {
    const file = new SqliteStorage(path, options);
    return disposable(file, () => file.close());
  } catch (error) {
    const isWrongPath = error instanceof StorageError &&
      (error.code === "open" || error.code === "foreign");
    if (!isWrongPath) throw error;
    const accepted = `the URL of a file that can be opened (${error.message})`;
    throw urlError(source, accepted, error);
  }
}

async function openServer(
  address: ServerAddress,
  source: UrlSource,
  { connectTimeout, storage, client }: Required<ConnectOptions>,
): Promise<ConnectedStorage> {
  const found = await findClient(address);
  if (found.kind === "none") {
    const { cause } = found;
    const mayNot = cause instanceof Error && cause.name === "NotCapable";
    const reason = mayNot ? cause.message : `"npm install ${address.client}"`;
    throw urlError(
      source,
      `the URL of a server whose client is installed and may be loaded (${reason})`,
      cause,
    );
  }
  const connection = await openClient(found, {
    address,
    shown: withoutPassword(source.text),
    timeout: connectTimeout,
    client: client as Record<string, unknown>,
    logger: storage.logger,
  });
  return disposable(
    connection.client as StorageBackend,
    () => connection.close(),
  );
}

/** Gives a backend what `await using` calls. */
function disposable(
  backend: StorageBackend,
  close: () => void | Promise<void>,
): ConnectedStorage {
  let closed: Promise<void> | undefined;
  Object.defineProperty(backend, Symbol.asyncDispose, {
    configurable: true,
    value: () => closed ??= Promise.resolve(close()),
  });
  return backend as ConnectedStorage;
}
