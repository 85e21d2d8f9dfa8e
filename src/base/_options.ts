/** Reads an options object. */

import { kindOf, quote } from "./_checks.ts";

/** An hour in ms. */
export const HOUR = 3_600_000;

/**
 * Returns the options that were given. Inherited properties are ignored, so a polluted
 * `Object.prototype` sets no option; the returned object inherits nothing either.
 *
 * @param action The action that fails if they are refused, such as `"make the store"`.
 * @param options The object, or `undefined` for none.
 * @param names The names of all options.
 * @throws {TypeError} `options` is not an object, is iterable, or has an option of another name.
 */
export function readOptions<T extends object>(
  action: string,
  options: T | undefined,
  names: readonly (keyof T & string)[],
): Partial<T> {
  const own: Partial<T> = Object.create(null);
  if (options === undefined) return own;
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
    if (names.includes(name as keyof T & string)) continue;
    throw new TypeError(
      `Cannot ${action}: an option must be one of ${
        names.map(quote).join(", ")
      }: received ${quote(name)}`,
    );
  }
  for (const name of names) {
    if (Object.hasOwn(options, name)) own[name] = options[name];
  }
  return own;
}

function nameOf(options: unknown): string {
  return typeof options === "object" && options !== null &&
      !Array.isArray(options)
    ? "an iterable object"
    : kindOf(options);
}
