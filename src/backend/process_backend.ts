import {
  InMemoryStorage,
  type InMemoryStorageOptions,
} from "../storage/memory/memory_storage.ts";
import { checkCommands, checkMaster } from "./_commands.ts";
import type { StorageBackend } from "./storage_backend.ts";

/**
 * The key of the backend: it is kept on the global object, so that two copies of this
 * module in one process (one through `jsr:`, one through npm) share it.
 */
const BACKEND = Symbol.for("@mayfly/store/backend");

/** Holds the backend when the global object is frozen: then this copy has it alone. */
let kept: { backend: StorageBackend | undefined } | undefined;

/**
 * The one storage of the process: made at first use, the same one after that.
 *
 * @param options Options of the `InMemoryStorage` that is made at first use; later
 * ones have no effect.
 * @returns The backend.
 * @throws {TypeError} An option is of the wrong kind.
 * @throws {RangeError} An option is out of range.
 * @throws {ConfigError} The environment holds a timeout that is not a positive whole number.
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
 * Puts another storage in the place of the one of the process. All copies of this module in the
 * process share it, but for a global object that is frozen: then this copy has it alone.
 *
 * @param backend A Redis client, or a storage of a test; `undefined` forgets the one that is
 * there, and the next {@linkcode getStorageBackend} makes a new one.
 * @throws {TypeError} `backend` is not an object, or not a backend: a client of the package `redis`
 * has other names.
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

/** The backend that is kept, if any. Inherited properties of the global object do not count. */
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

/** A part of a backend is enough for a test; a client of the package `redis` is not a part of one. */
function checkBackend(
  action: string,
  name: string,
  value: unknown,
): asserts value is StorageBackend {
  const isOtherKind = typeof Object(value).getDel === "function";
  checkCommands(action, name, value, isOtherKind ? ["get", "getdel"] : ["get"]);
  checkMaster(action, name, value);
}
