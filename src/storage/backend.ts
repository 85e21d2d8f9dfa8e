import { checkType } from "../_checks.ts";
import {
  InMemoryStorage,
  type InMemoryStorageOptions,
} from "./memory_storage.ts";
import type { StorageBackend } from "./storage_backend.ts";

/**
 * Where the backend is kept: on the global object, so that two copies of this
 * module in one process (one through `jsr:`, one through npm) share it.
 */
const BACKEND = Symbol.for("@mayfly/store/backend");
const shared = globalThis as { [BACKEND]?: StorageBackend };

/**
 * The one storage of the process: made at first use, the same one after that.
 *
 * @param options Options of the `InMemoryStorage` that is made at first use; later
 * ones have no effect.
 * @returns The backend.
 * @throws {TypeError} An option is of the wrong kind.
 * @throws {RangeError} An option is out of range.
 * @throws {ConfigError} The environment holds a timeout that is not a positive whole number.
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
  if (shared[BACKEND] === undefined) {
    setStorageBackend(new InMemoryStorage(options));
  }
  return shared[BACKEND]!;
}

/**
 * Puts another storage in the place of the one of the process.
 *
 * @param backend A Redis client, or a storage of a test; `undefined` forgets the one that is
 * there, and the next {@linkcode getStorageBackend} makes one anew.
 * @throws {TypeError} `backend` is not an object.
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
    checkType("set the storage backend", "backend", backend, "object");
    checkType(
      "set the storage backend",
      "backend.get",
      backend.get,
      "function",
    );
  }
  Object.defineProperty(globalThis, BACKEND, {
    value: backend,
    configurable: true,
    writable: true,
  });
}
