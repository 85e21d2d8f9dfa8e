/** Options objects of what stands on a backend. */

import { quote } from "./_checks.ts";

/**
 * Throws unless `options` is an object that has no other options than the known ones.
 *
 * @throws {TypeError} It is something else, or has an option that is not known.
 */
export function checkOptions(
  action: string,
  options: unknown,
  known: readonly string[],
): void {
  if (
    typeof options !== "object" || options === null ||
    Symbol.iterator in options
  ) {
    throw new TypeError(
      `Cannot ${action}: "options" must be an object: received ${
        quote(typeof options === "string" ? "a string" : options)
      }`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new TypeError(
      `Cannot ${action}: the options are ${
        known.map(quote).join(", ")
      }: received ${quote(name)}`,
    );
  }
}

/** Throws unless `value` is a string. What was received is named by its kind alone. */
export function checkString(
  action: string,
  name: string,
  value: unknown,
): asserts value is string {
  if (typeof value === "string") return;
  throw new TypeError(
    `Cannot ${action}: "${name}" must be a string: received ${kindOf(value)}`,
  );
}

/** The kind of a value, of which nothing may be shown. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Throws unless `storage` is a backend or absent. */
export function checkStorage(action: string, storage: unknown): void {
  if (storage === undefined) return;
  if (
    typeof storage === "object" && storage !== null &&
    typeof (storage as { get?: unknown }).get === "function"
  ) return;
  throw new TypeError(
    `Cannot ${action}: "storage" must be a storage backend: received ${
      kindOf(storage)
    }`,
  );
}
