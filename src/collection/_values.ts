/** Converts values to the text that is stored, and back. */

import { findProblem } from "../backend/_json.ts";
import { isPending } from "../backend/_replies.ts";
import type { Reply } from "../backend/storage_backend.ts";
import { checkType, kindOf, quote } from "../base/_checks.ts";
import { type CollectionIssue, CollectionValueError } from "./errors.ts";
import { isSame } from "./_same.ts";
import type {
  CollectionCodec,
  SchemaResult,
  StandardSchema,
} from "./options.ts";

/** Returns the start of an error message: the action that failed, and the name of the value. */
type Subject = () => string;

/** Values of one type: the schema that checks them, and the codec that converts them to text. */
export class Values<T> {
  readonly #schema: StandardSchema<T>["~standard"] | undefined;
  readonly #codec: CollectionCodec<T> | undefined;

  /**
   * @param action The action that fails if an option is invalid.
   * @param schema Checks the values; without one, every value that can be encoded is accepted.
   * @param codec Encodes the values; without one, as JSON.
   * @throws {TypeError} An option is not a schema, or not a codec.
   */
  constructor(
    action: string,
    schema: StandardSchema<T> | undefined,
    codec: CollectionCodec<T> | undefined,
  ) {
    if (schema !== undefined) this.#schema = readSchema(action, schema);
    if (codec !== undefined) {
      checkType(action, "codec", codec, "object", kindOf);
      checkType(action, "codec.encode", codec.encode, "function", kindOf);
      checkType(action, "codec.decode", codec.decode, "function", kindOf);
    }
    this.#codec = codec;
  }

  /**
   * The text of a value, as it is stored.
   *
   * @param action The action that fails if the value is refused.
   * @param name The argument.
   * @throws {CollectionValueError} The value cannot be stored.
   */
  encode(action: string, name: string, value: unknown): string {
    const subject = () => `Cannot ${action}: "${name}"`;
    const made = this.#check(subject, value);
    const text = this.#toText(subject, made);
    if (this.#schema === undefined) return text;
    // The schema must accept its own output unchanged: otherwise the stored value could not be
    // read.
    const read = this.#toValue(subject, text);
    if (isSame(this.#check(subject, read), read)) return text;
    throw new CollectionValueError(
      `${subject()} must stay as it is when "schema" checks it again: received a value that it changes`,
    );
  }

  /**
   * The value of a stored text.
   *
   * @param action The action that fails if the text is not a value.
   * @param key The key, which the error shows.
   * @throws {CollectionValueError} The text is not a value, or the schema refuses it.
   */
  decode(action: string, key: string, text: string): T {
    const subject = () => `Cannot ${action}: the stored value of ${quote(key)}`;
    return this.#check(subject, this.#toValue(subject, text));
  }

  /** The output of the schema for a value. */
  #check(subject: Subject, value: unknown): T {
    if (this.#schema === undefined) return value as T;
    const result = this.#schema.validate(value);
    if (forget<SchemaResult<T>>(result)) {
      throw new CollectionValueError(
        `${subject()} must be checked by "schema" at once: received a promise`,
      );
    }
    if (result.issues === undefined) return result.value;
    const issues = result.issues.map(({ message, path = [] }) => ({
      // A plain array, even if the schema's is not.
      path: Array.from(
        path,
        (part) => typeof part === "object" ? part.key : part,
      ),
      message: String(message),
    }));
    const where = [...new Set(issues.map(({ path }) => showPath(path)))];
    throw new CollectionValueError(
      `${subject()} must match "schema": received a value that does not, ${
        where.join(", ")
      }`,
      issues,
    );
  }

  #toText(subject: Subject, value: T): string {
    if (this.#codec === undefined) {
      const problem = findProblem(value);
      if (problem === undefined) return JSON.stringify(value);
      const { kind, path } = problem;
      throw new CollectionValueError(
        `${subject()} must be JSON: received ${kind} ${showPath(path)}`,
      );
    }
    let text: unknown;
    try {
      text = this.#codec.encode(value);
      forget(text);
    } catch {
      // The message of the error may quote the value.
    }
    if (typeof text === "string" && text.isWellFormed()) return text;
    throw new CollectionValueError(
      `${subject()} must be a value that "codec" encodes as well-formed text: received one that it does not`,
    );
  }

  #toValue(subject: Subject, text: string): T {
    try {
      return this.#codec === undefined
        ? JSON.parse(text)
        : this.#codec.decode(text);
    } catch {
      // The message of the error may quote the text.
      throw new CollectionValueError(
        `${subject()} must be ${
          this.#codec === undefined ? "JSON" : 'text that "codec" decodes'
        }: received text that is not`,
      );
    }
  }
}

/** Whether a value is a promise. If so, its rejection is ignored. */
export function forget<T>(value: Reply<T>): value is Promise<T> {
  if (!isPending(value)) return false;
  value.then(undefined, () => {});
  return true;
}

/** In some libraries a schema is a function. */
function readSchema<T>(
  action: string,
  schema: StandardSchema<T>,
): StandardSchema<T>["~standard"] {
  const standard = (schema as Partial<StandardSchema<T>> | null)?.["~standard"];
  if (typeof standard?.validate === "function" && standard.version === 1) {
    return standard;
  }
  throw new TypeError(
    `Cannot ${action}: "schema" must be a Standard Schema, version 1: received ${
      kindOf(schema)
    }`,
  );
}

/** The path of an issue as text. */
function showPath(path: CollectionIssue["path"]): string {
  if (path.length === 0) return "at the top";
  const shown = path.map((part, i) => {
    if (typeof part === "number") return `[${part}]`;
    // The description of a symbol may be a payload.
    const name = typeof part === "symbol" ? "[symbol]" : part;
    return i === 0 ? name : `.${name}`;
  });
  return `at ${quote(shown.join(""))}`;
}
