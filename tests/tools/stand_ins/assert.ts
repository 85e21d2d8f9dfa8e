/**
 * Stands in for `@std/assert` where JSR cannot be reached: the functions that
 * the tests use, with the real signatures, on `node:assert/strict`.
 *
 * The difference that matters: inside objects, the real `assertEquals` takes
 * `0` for `-0` and an object without a prototype for a plain one;
 * `deepStrictEqual` does not. At the top level `0` equals `-0` here as well.
 */
import nodeAssert from "node:assert/strict";

/** Any class, abstract or not. */
// deno-lint-ignore no-explicit-any
type AnyClass<T> = abstract new (...args: any[]) => T;

/** Values that `assertFalse` accepts. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** What a failed assertion throws. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return value instanceof Error
    ? `${value.name}: ${value.message}`
    : `${Object.is(value, -0) ? "-0" : String(value)}`;
}

/** Runs an assertion of Node's and words its failure as one of ours. */
function translate(run: () => void, msg: string | undefined): void {
  try {
    run();
  } catch (error) {
    const { message } = error as Error;
    throw new AssertionError(msg ? `${msg}: ${message}` : message);
  }
}

export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg || "Expected a truthy value.");
}

export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg || "Expected a falsy value.");
}

export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (actual === expected) return;
  translate(() => nodeAssert.deepStrictEqual(actual, expected), msg);
}

export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (actual === expected) {
    throw new AssertionError(msg ?? `Expected not to be: ${show(actual)}.`);
  }
  translate(() => nodeAssert.notDeepStrictEqual(actual, expected), msg);
}

export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  translate(() => nodeAssert.strictEqual(actual, expected), msg);
}

export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  translate(() => nodeAssert.notStrictEqual(actual, expected), msg);
}

export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    throw new AssertionError(msg ?? `Expected a value: received ${actual}.`);
  }
}

export function assertInstanceOf<T extends AnyClass<unknown>>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  throw new AssertionError(
    msg || `Expected an instance of ${expectedType.name}: ${show(actual)}.`,
  );
}

export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (expected.test(actual)) return;
  throw new AssertionError(
    msg ?? `Expected ${show(actual)} to match ${expected}.`,
  );
}

export function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (!expected.test(actual)) return;
  throw new AssertionError(
    msg ?? `Expected ${show(actual)} not to match ${expected}.`,
  );
}

export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    msg ?? `Expected ${show(actual)} to contain ${show(expected)}.`,
  );
}

export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  const missing = Array.from(expected).filter((wanted) =>
    !Array.from(actual).some((value) => {
      try {
        assertEquals(value, wanted);
        return true;
      } catch {
        return false;
      }
    })
  );
  if (missing.length === 0) return;
  throw new AssertionError(msg ?? `Missing: ${missing.map(show).join(", ")}.`);
}

export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const bound = tolerance ??
    (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (Math.abs(expected - actual) <= bound) return;
  throw new AssertionError(
    msg ?? `Expected ${actual} to be within ${bound} of ${expected}.`,
  );
}

export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (actual > expected) return;
  throw new AssertionError(msg ?? `Expect ${actual} > ${expected}`);
}

export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (actual >= expected) return;
  throw new AssertionError(msg ?? `Expect ${actual} >= ${expected}`);
}

export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (actual < expected) return;
  throw new AssertionError(msg ?? `Expect ${actual} < ${expected}`);
}

export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (actual <= expected) return;
  throw new AssertionError(msg ?? `Expect ${actual} <= ${expected}`);
}

export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: AnyClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  const prefix = msg ? `${msg}: ` : "";
  if (!(error instanceof Error)) {
    throw new AssertionError(`${prefix}Expected an Error: ${show(error)}.`);
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    throw new AssertionError(
      `${prefix}Expected an instance of ${ErrorClass.name}: ${show(error)}.`,
      { cause: error },
    );
  }
  const { message } = error;
  const matches = msgMatches instanceof RegExp
    ? msgMatches.test(message)
    : message.includes(msgMatches ?? "");
  if (!matches) {
    throw new AssertionError(
      `${prefix}Expected the message to include ${
        msgMatches instanceof RegExp ? msgMatches : show(msgMatches)
      }: received ${show(message)}.`,
      { cause: error },
    );
  }
}

export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: AnyClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: AnyClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  let thrown: { error: unknown } | undefined;
  try {
    fn();
  } catch (error) {
    thrown = { error };
  }
  const text = typeof classOrMsg === "string" ? classOrMsg : msg;
  if (!thrown) {
    throw new AssertionError(
      `Expected function to throw${text ? `: ${text}` : "."}`,
    );
  }
  if (typeof classOrMsg === "function") {
    assertIsError(thrown.error, classOrMsg, msgIncludes, msg);
  }
  return thrown.error;
}

export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: AnyClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: AnyClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const text = typeof classOrMsg === "string" ? classOrMsg : msg;
  const suffix = text ? `: ${text}` : ".";
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    promise = undefined as never;
  }
  if (typeof promise?.then !== "function") {
    throw new AssertionError(
      `Function throws when expected to reject${suffix}`,
    );
  }
  let thrown: { error: unknown } | undefined;
  try {
    await promise;
  } catch (error) {
    thrown = { error };
  }
  if (!thrown) {
    throw new AssertionError(`Expected function to reject${suffix}`);
  }
  if (typeof classOrMsg === "function") {
    assertIsError(thrown.error, classOrMsg, msgIncludes, msg);
  }
  return thrown.error;
}

export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${msg ? `: ${msg}` : "."}`);
}

export function unreachable(msg?: string): never {
  throw new AssertionError(`Unreachable${msg ? `: ${msg}` : "."}`);
}
