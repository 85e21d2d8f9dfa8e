/** The options that all stores of this folder have in common. */

import { checkFinite, checkType, MILLISECONDS, quote } from "../_checks.ts";
import { getStorageBackend } from "../storage/backend.ts";
import type { StorageBackend } from "../storage/storage_backend.ts";

/**
 * Where a store keeps what it is given: the option, or the storage of the process. That one is
 * looked up at each call, since a program may set it after it has made its stores.
 */
export function findStorage(
  storage: StorageBackend | undefined,
): () => StorageBackend {
  return storage === undefined ? () => getStorageBackend() : () => storage;
}

/** Throws unless `options` is an object, and `options.storage` one or `undefined`. */
export function checkStorageOption(
  action: string,
  options: { storage?: StorageBackend },
): void {
  checkType(action, "options", options, "object");
  if (options.storage !== undefined) {
    checkType(action, "storage", options.storage, "object");
  }
}

/** Throws unless `value` is a string. */
export function checkText(
  action: string,
  name: string,
  value: unknown,
): asserts value is string {
  if (typeof value === "string") return;
  throw new TypeError(
    `Cannot ${action}: "${name}" must be a string: received ${quote(value)}`,
  );
}

/** A time to live in whole ms; a fraction is rounded up, so that nothing lives for 0 ms. */
export function readMilliseconds(
  action: string,
  name: string,
  value: unknown,
): number {
  checkFinite(action, name, value, MILLISECONDS);
  return Math.ceil(value);
}

/** What JSON text holds, or `undefined` for a text that is no JSON: foreign text, a miss. */
export function parseJson(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
