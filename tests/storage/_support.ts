/** What the tests of the storage share. */
import type { Logger } from "@mayfly/store";
import process from "node:process";

/** Sets variables of the environment, or unsets those that are `undefined`, until it is disposed of. */
export class Environment {
  readonly #before = new Map<string, string | undefined>();

  constructor(variables: Record<string, string | undefined>) {
    for (const [name, value] of Object.entries(variables)) {
      this.#before.set(name, process.env[name]);
      write(name, value);
    }
  }

  [Symbol.dispose](): void {
    for (const [name, value] of this.#before) write(name, value);
  }
}

function write(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** A logger that keeps its lines. */
export class LineLogger implements Logger {
  readonly lines: [level: string, line: string][] = [];

  debug(line: string): void {
    this.lines.push(["debug", line]);
  }

  info(line: string): void {
    this.lines.push(["info", line]);
  }

  warn(line: string): void {
    this.lines.push(["warn", line]);
  }

  error(line: string): void {
    this.lines.push(["error", line]);
  }

  /** The lines so far; they are forgotten. */
  take(): [level: string, line: string][] {
    return this.lines.splice(0);
  }
}

/** What is no number, and how an error quotes it. */
export const NO_NUMBERS: [unknown, string][] = [
  [null, "null"],
  ["3", '"3"'],
  ["", '""'],
  [true, "true"],
  [3n, "a bigint"],
  [{}, "an object"],
  [[3], "an array"],
  [Symbol("s"), "a symbol"],
];

/** What is a number, but not a positive one. */
export const NOT_POSITIVE = [NaN, 0, -0, -1, -0.5, -Infinity];

/** A number as an error quotes it. */
export function quoted(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** What is no object, and how an error names its kind. */
export const NO_OBJECTS: [unknown, string][] = [
  [undefined, "undefined"],
  [null, "null"],
  ["redis://localhost", "a string"],
  [7, "a number"],
];
