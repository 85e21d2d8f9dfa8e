/** Checks of the options and arguments of what is kept in a backend. */

import { checkFinite, checkType, kindOf } from "../base/_checks.ts";
import type { StorageBackend } from "./storage_backend.ts";

/** Throws unless `storage` is a backend or absent. */
export function checkStorage(
  action: string,
  storage: StorageBackend | undefined,
): void {
  if (storage === undefined) return;
  checkType(action, "storage", storage, "object", kindOf);
  checkType(action, "storage.get", storage.get, "function", kindOf);
}

/** Throws unless `value` is a string. What was received is named by its kind alone. */
export function checkString(
  action: string,
  name: string,
  value: unknown,
): asserts value is string {
  checkType(action, name, value, "string", kindOf);
}

/**
 * A ttl in whole ms, a fraction rounded up.
 *
 * @throws {TypeError} It is no number.
 * @throws {RangeError} It is not positive, or not finite.
 */
export function wholeTtl(action: string, ttl: unknown): number {
  const kind = "a positive, finite number of milliseconds";
  checkFinite(action, "ttl", ttl, kind);
  return Math.ceil(ttl);
}
