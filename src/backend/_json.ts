/** JSON values: their types, and the check that a value is JSON. */

import { kindOf, quote } from "../base/_checks.ts";

/**
 * A JSON value.
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
 * A JSON object. A member that is `undefined` counts as absent.
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

/** The maximum depth of nesting, which every engine can handle. */
const MAX_DEPTH = 500;

/**
 * Returns the JSON text of a value.
 *
 * @param action The action that fails if the value is not JSON.
 * @param name The argument.
 * @throws {TypeError} Some part of the value is not JSON. The message does not contain the value.
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

/** Parses JSON text; returns `undefined` for `null` and for text that is not JSON. */
export function parseJson(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The JSON of a value as `JSON.stringify` writes it, `toJSON` included; `undefined` if it has none.
 */
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
  /** The type of the part, in words. */
  readonly kind: string;
  /** The names and indexes that lead to the part. */
  readonly path: (string | number)[];
}

/** The first part of a value that is not JSON; `undefined` if all of it is. */
export function findProblem(value: unknown): JsonProblem | undefined {
  return problemOf(value, []);
}

/** `parents` are the objects that contain the value. */
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
      // By index: a hole is not JSON either.
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

/** Whether an object is a plain object, of this realm or another. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null ||
    Object.getPrototypeOf(prototype) === null &&
      Object.hasOwn(prototype as object, "isPrototypeOf");
}
