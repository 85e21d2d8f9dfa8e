/** Checks of arguments and options, and the words for what fails them. */

/** How a value that was given is quoted in an error. */
export function quote(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "function":
      return "a function";
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? "an array" : "an object";
    default:
      return String(value);
  }
}

/** Throws unless `value` is a positive number; `Infinity` is one. */
export function checkPositive(
  action: string,
  name: string,
  value: unknown,
  kind: string,
): asserts value is number {
  if (typeof value === "number" && value > 0) return;
  const Failure = typeof value === "number" ? RangeError : TypeError;
  throw new Failure(
    `Cannot ${action}: "${name}" must be ${kind}: received ${quote(value)}`,
  );
}

/** Throws unless `value` is of the given type. */
export function checkType(
  action: string,
  name: string,
  value: unknown,
  type: "boolean" | "function" | "object",
): void {
  if (typeof value === type && value !== null) return;
  const article = type === "object" ? "an" : "a";
  throw new TypeError(
    `Cannot ${action}: "${name}" must be ${article} ${type}: received ${
      quote(value)
    }`,
  );
}

/** What a ttl has to be. */
export const MILLISECONDS = "a positive number of milliseconds";

/** Throws unless `value` is a positive number other than `Infinity`. */
export function checkFinite(
  action: string,
  name: string,
  value: unknown,
  kind: string,
): asserts value is number {
  checkPositive(action, name, value, kind);
  if (value < Infinity) return;
  throw new RangeError(
    `Cannot ${action}: "${name}" must be ${kind}: received ${value}`,
  );
}

/** Throws unless `value` is a positive whole number or `Infinity`. */
export function checkCount(
  action: string,
  name: string,
  value: unknown,
  unit: string,
): asserts value is number {
  const kind = `a positive whole number of ${unit}`;
  checkPositive(action, name, value, kind);
  if (value === Infinity || Number.isInteger(value)) return;
  throw new RangeError(
    `Cannot ${action}: "${name}" must be ${kind}: received ${value}`,
  );
}

/** Throws unless `value` is one of some strings. */
export function checkOneOf(
  action: string,
  name: string,
  value: unknown,
  accepted: readonly string[],
): void {
  if (accepted.includes(value as string)) return;
  const Failure = typeof value === "string" ? RangeError : TypeError;
  throw new Failure(
    `Cannot ${action}: "${name}" must be one of ${
      accepted.map(quote).join(", ")
    }: received ${quote(value)}`,
  );
}
