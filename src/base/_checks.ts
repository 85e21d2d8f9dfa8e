/**
 * Checks of arguments and options, and the messages of their errors.
 *
 * A stored value never appears in an error. An argument of the wrong type may be a value that was
 * passed in the wrong position, so the error names only its type ({@linkcode kindOf}). Keys,
 * numbers and the texts of options are quoted ({@linkcode quote}).
 */

/** Characters that end a line, steer a terminal or change the direction of the text. */
const CONTROLS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_C}\ufeff]/gu;

const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Text for a log line, with control characters escaped. */
export function printable(text: string): string {
  return text.replace(
    CONTROLS,
    (character) =>
      SHORT[character] ??
        `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The type of a value, for an error that must not show the value. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** `true` for a promise of any class and realm: an object with a method `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" && value !== null ||
    typeof value === "function") &&
    typeof (value as Partial<PromiseLike<unknown>>).then === "function";
}

/**
 * Quotes a key, a number or an option for an error. Of any other value, which may be a stored one,
 * it returns only the type.
 */
export function quote(value: unknown): string {
  switch (typeof value) {
    case "string":
      return printable(JSON.stringify(value));
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "boolean":
      return String(value);
    default:
      return kindOf(value);
  }
}

/** Shows the received value in an error: {@linkcode quote} for options, {@linkcode kindOf} for arguments. */
export type Show = (value: unknown) => string;

/**
 * Shows a number as it is and any other value by its type: for an argument that may be a value that
 * was passed in the wrong position.
 */
export function quoteNumber(value: unknown): string {
  return typeof value === "number" ? quote(value) : kindOf(value);
}

/**
 * Throws a `TypeError` for a value of the wrong type, or a `RangeError` if the type is right.
 */
export function refuse(
  action: string,
  name: string,
  must: string,
  value: unknown,
  isRightType: boolean,
  show: Show = quote,
): never {
  const Failure = isRightType ? RangeError : TypeError;
  throw new Failure(
    `Cannot ${action}: "${name}" must ${must}: received ${show(value)}`,
  );
}

/** Throws unless `value` is a positive number; `Infinity` is one. */
export function checkPositive(
  action: string,
  name: string,
  value: unknown,
  kind: string,
  show?: Show,
): asserts value is number {
  if (typeof value === "number" && value > 0) return;
  refuse(action, name, `be ${kind}`, value, typeof value === "number", show);
}

/** Throws unless `value` is of the given type. */
export function checkType(
  action: string,
  name: string,
  value: unknown,
  type: "boolean" | "function" | "object" | "string",
  show?: Show,
): void {
  if (typeof value === type && value !== null) return;
  const article = type === "object" ? "an" : "a";
  refuse(action, name, `be ${article} ${type}`, value, false, show);
}

/** The description of a TTL in errors. */
export const MILLISECONDS = "a positive number of milliseconds";

/** Throws unless `value` is a positive number other than `Infinity`. */
export function checkFinite(
  action: string,
  name: string,
  value: unknown,
  kind: string,
  show?: Show,
): asserts value is number {
  if (typeof value === "number" && value > 0 && value < Infinity) return;
  refuse(action, name, `be ${kind}`, value, typeof value === "number", show);
}

/**
 * The end of time, in ms since the epoch: the last instant of a `Date`. It bounds TTLs as well, so
 * that a deadline is a safe integer, which every backend and driver accepts.
 */
export const MAX_TIME = 8.64e15;

/** Throws unless `value` is a positive, finite TTL that ends before the end of time; `unit` is its unit in ms. */
export function checkTtl(
  action: string,
  name: string,
  value: unknown,
  kind: string,
  show?: Show,
  unit: number = 1,
): asserts value is number {
  checkFinite(action, name, value, kind, show);
  if (value * unit <= MAX_TIME) return;
  refuse(action, name, `be at most ${MAX_TIME / unit}`, value, true, show);
}

/** Throws unless `value` is a positive whole number or `Infinity`. */
export function checkCount(
  action: string,
  name: string,
  value: unknown,
  unit: string,
  show?: Show,
): asserts value is number {
  const isWhole = value === Infinity || Number.isInteger(value);
  if (isWhole && value as number > 0) return;
  const must = `be a positive whole number of ${unit}`;
  refuse(action, name, must, value, typeof value === "number", show);
}

/** Throws unless `value` is one of some strings. */
export function checkOneOf(
  action: string,
  name: string,
  value: unknown,
  accepted: readonly string[],
): void {
  if (accepted.includes(value as string)) return;
  const must = `be one of ${accepted.map(quote).join(", ")}`;
  refuse(action, name, must, value, typeof value === "string");
}
