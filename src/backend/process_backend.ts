import {
  InMemoryStorage,
  type InMemoryStorageOptions,
} from "../storage/memory/memory_storage.ts";
import { checkCommands, checkMaster } from "./_commands.ts";
import type { StorageBackend } from "./storage_backend.ts";

/**
 * The property of the global object that has the backend, so that two copies of this module in one
 * process (one from `jsr:`, one from npm) share it.
 */
const BACKEND = Symbol.for("@mayfly/store/backend");

/** Holds the backend if the global object is frozen: then it is not shared with other copies. */
let kept: { backend: StorageBackend | undefined } | undefined;

/**
 * Returns the default backend of the process. The first call creates an `InMemoryStorage`; later
 * calls return the same one.
 *
 * @param options Options of the `InMemoryStorage`. They have an effect only in the call that
 *   creates it.
 * @returns The backend.
 * @throws {TypeError} An option has the wrong type.
 * @throws {RangeError} An option is out of range.
 * @throws {ConfigError} `CONVERSATION_TIMEOUT_HOURS` is not a positive whole number.
 * @throws {TypeError} The global slot `Symbol.for("@mayfly/store/backend")` holds something that is
 * not a storage backend; {@linkcode setStorageBackend} replaces it.
 *
 * @example Usage
 * ```ts
 * import { getStorageBackend } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = getStorageBackend();
 * await storage.setex("thread:1", 3600, "[]");
 * assertEquals(await getStorageBackend().get("thread:1"), "[]");
 * ```
 */
export function getStorageBackend(
  options?: InMemoryStorageOptions,
): StorageBackend {
  const there = read();
  if (there !== undefined) {
    checkBackend("get the storage backend", GLOBAL, there);
    return there;
  }
  const made = new InMemoryStorage(options);
  keep(made);
  return made;
}

/**
 * Sets the default backend of the process. All copies of this module in the process share it,
 * unless the global object is frozen.
 *
 * @param backend A storage or a Redis client; `undefined` removes the current backend, and the next
 *   {@linkcode getStorageBackend} creates a new one.
 * @throws {TypeError} `backend` is not an object, or not a backend: a client of the package `redis`
 *   has other method names.
 *
 * @example A test with a storage of its own
 * ```ts
 * import {
 *   getStorageBackend,
 *   InMemoryStorage,
 *   setStorageBackend,
 * } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new InMemoryStorage({ timeoutHours: 1 });
 * setStorageBackend(storage);
 * assertEquals(getStorageBackend(), storage);
 * setStorageBackend(undefined);
 * ```
 */
export function setStorageBackend(backend: StorageBackend | undefined): void {
  if (backend !== undefined) {
    checkBackend("set the storage backend", "backend", backend);
  }
  keep(backend);
}

const GLOBAL = "globalThis[Symbol.for('@mayfly/store/backend')]";

/** The current backend, if any. Inherited properties of the global object do not count. */
function read(): unknown {
  if (kept !== undefined) return kept.backend;
  return Object.getOwnPropertyDescriptor(globalThis, BACKEND)?.value;
}

function keep(backend: StorageBackend | undefined): void {
  const kinds = { configurable: true, writable: true, enumerable: false };
  const isKept = Reflect.defineProperty(globalThis, BACKEND, {
    value: backend,
    ...kinds,
  });
  kept = isKept ? undefined : { backend };
}

/**
 * Accepts an object with some methods of a backend, which is enough for a test, but not a client of
 * the package `redis`.
 */
function checkBackend(
  action: string,
  name: string,
  value: unknown,
): asserts value is StorageBackend {
  const isOtherKind = typeof Object(value).getDel === "function";
  checkCommands(action, name, value, isOtherKind ? ["get", "getdel"] : ["get"]);
  checkMaster(action, name, value);
}
