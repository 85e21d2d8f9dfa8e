/** Reading an options object. */

import { kindOf, quote } from "./_checks.ts";

export { kindOf };

/**
 * The options that were given. What an object inherits is no option of it, so that a polluted
 * `Object.prototype` sets none; what comes back inherits nothing either.
 *
 * @param action What cannot be done when they are refused, such as `"make the store"`.
 * @param options The object, or `undefined` for none.
 * @param names The names that there are.
 * @throws {TypeError} It is no object, or iterable, or has an option of another name.
 */
export function readOptions<T extends object>(
  action: string,
  options: T | undefined,
  names: readonly (keyof T & string)[],
): Partial<T> {
  const own: Partial<T> = Object.create(null);
  if (options === undefined) return own;
  checkOptions(action, options, names);
  for (const name of names) {
    if (Object.hasOwn(options, name)) own[name] = options[name];
  }
  return own;
}

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
      `Cannot ${action}: "options" must be an object of options: received ${
        nameOf(options)
      }`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new TypeError(
      `Cannot ${action}: an option must be one of ${
        known.map(quote).join(", ")
      }: received ${quote(name)}`,
    );
  }
}

function nameOf(options: unknown): string {
  const isObject = typeof options === "object" && options !== null;
  return isObject && !Array.isArray(options)
    ? "an iterable object"
    : kindOf(options);
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
