/** JSON values: their types, and the check that a value is one before it is sent anywhere. */

import { kindOf, quote } from "../base/_checks.ts";

/**
 * A value that JSON can hold.
 *
 * @example A value
 * ```ts
 * import type { JsonValue } from "@mayfly/store/handles";
 *
 * const value: JsonValue = { step: 2, answers: ["yes", null] };
 * ```
 */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | JsonObject;

/**
 * An object of JSON. A member that is `undefined` is as good as absent.
 *
 * @example An object
 * ```ts
 * import type { JsonObject } from "@mayfly/store/handles";
 *
 * const object: JsonObject = { model: "large", temperature: 0.5 };
 * ```
 */
export interface JsonObject {
  /** The members. */
  readonly [name: string]: JsonValue | undefined;
}

/** Deeper than anyone nests, and no deeper than every engine can follow. */
const MAX_DEPTH = 500;

/**
 * The JSON text of a value.
 *
 * @param action What fails if the value is no JSON.
 * @param name The argument.
 * @throws {TypeError} The value is not JSON, in some part. The message has none of it.
 */
export function toJson(action: string, name: string, value: unknown): string {
  const problem = findProblem(value);
  if (problem !== undefined) {
    throw new TypeError(
      `Cannot ${action}: "${name}" must be JSON: received ${problem.kind}`,
    );
  }
  return JSON.stringify(value);
}

/** What JSON text holds; `undefined` for `null` and for text that is not JSON. */
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

/** The part of a value that is not JSON. */
export interface JsonProblem {
  /** What kind of thing the part is, in words. */
  readonly kind: string;
  /** The names and indexes that lead to it. */
  readonly path: (string | number)[];
}

/** The first part of a value that is not JSON; `undefined` where all of it is. */
export function findProblem(value: unknown): JsonProblem | undefined {
  return problemOf(value, []);
}

/** `parents` are the objects that the value is in. */
function problemOf(
  value: unknown,
  parents: object[],
): JsonProblem | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : problem(quote(value));
    case "object":
      return value === null ? undefined : problemIn(value, parents);
    case "undefined":
      return problem("undefined");
    default:
      return problem(kindOf(value));
  }
}

function problem(kind: string): JsonProblem {
  return { kind, path: [] };
}

function problemIn(
  value: object,
  parents: object[],
): JsonProblem | undefined {
  if (parents.includes(value)) return problem("a cycle");
  if (parents.length === MAX_DEPTH) {
    return problem(`more than ${MAX_DEPTH} levels`);
  }
  parents.push(value);
  try {
    if (Array.isArray(value)) {
      if ("toJSON" in value) return problem("an object with toJSON");
      // By index: a hole is no JSON either.
      for (let i = 0; i < value.length; i++) {
        const found = problemOf(value[i], parents);
        if (found !== undefined) return under(i, found);
      }
      return undefined;
    }
    if (!isPlain(value)) return problem("an object that is not plain");
    for (const name of Object.keys(value)) {
      const member: unknown = value[name as keyof typeof value];
      if (member === undefined) continue;
      const found = problemOf(member, parents);
      if (found !== undefined) return under(name, found);
    }
    return undefined;
  } finally {
    parents.pop();
  }
}

function under(name: string | number, problem: JsonProblem): JsonProblem {
  problem.path.unshift(name);
  return problem;
}

/** Whether an object was made as `{}` is, in this realm or another. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null ||
    Object.getPrototypeOf(prototype) === null &&
      Object.hasOwn(prototype as object, "isPrototypeOf");
}
