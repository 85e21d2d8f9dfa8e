/** What the stores of this folder have in common. */

import { checkFinite } from "../base/_checks.ts";
import { getStorageBackend } from "../backend/process_backend.ts";
import type { StorageBackend } from "../backend/storage_backend.ts";

/**
 * Where a store keeps what it is given: the option, or the storage of the process. That one is
 * looked up at each call, since a program may set it after it has made its stores.
 */
export function findStorage(
  storage: StorageBackend | undefined,
): () => StorageBackend {
  return storage === undefined ? () => getStorageBackend() : () => storage;
}

/** A time in whole ms; a fraction is rounded up, so that nothing lives for 0 ms. */
export function readMilliseconds(
  action: string,
  name: string,
  value: unknown,
): number {
  checkFinite(
    action,
    name,
    value,
    "a positive, finite number of milliseconds",
  );
  return Math.ceil(value);
}

/** What JSON text holds; `undefined` for nothing, and for foreign text. */
export function parseJson(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The JSON of a value as the wire has it, `toJSON` and all; `undefined` where it has none. */
export function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // A cycle or a BigInt. JSON's own message may quote the payload.
    return undefined;
  }
}
