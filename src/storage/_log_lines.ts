/** The log lines of a storage. */

import type { Logger } from "../logger.ts";

/** What would move a terminal's cursor, begin a line or hide text in one. */
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\\\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Cf}]/gu;
const SHORT_ESCAPES: Record<string, string> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** A key as a log line shows it: in one line, and nothing that a terminal would obey. */
export function printable(key: string): string {
  return key.replace(UNPRINTABLE, (character) =>
    SHORT_ESCAPES[character] ??
      `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/**
 * Passes lines to a logger, those of a step once it has succeeded. A logger that throws or
 * rejects is none of the caller's business: it is told to `console.error`, once.
 */
export class LogLines {
  readonly #logger: Logger;
  /** The lines of the step that is under way. */
  #held: string[] | undefined;
  #failed = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Passes on a line that only someone who looks for a fault wants to see. */
  debug(line: string): void {
    if (this.#held === undefined) this.#pass("debug", line);
    else this.#held.push(line);
  }

  /** Passes on a line about the normal course of things. */
  info(line: string): void {
    this.#pass("info", line);
  }

  /** Passes on a line about something that may be wrong. */
  warn(line: string): void {
    this.#pass("warn", line);
  }

  /** Runs a step: its lines are passed on when it has returned, and forgotten when it throws. */
  during<T>(step: () => T): T {
    if (this.#held !== undefined) return step();
    const held: string[] = [];
    this.#held = held;
    let result: T;
    try {
      result = step();
    } finally {
      this.#held = undefined;
    }
    for (const line of held) this.#pass("debug", line);
    return result;
  }

  #pass(level: "debug" | "info" | "warn", line: string): void {
    try {
      const result = this.#logger[level](line);
      if (isThenable(result)) result.then(undefined, this.#fail);
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #fail = (error: unknown): void => {
    if (this.#failed) return;
    this.#failed = true;
    try {
      console.error("The logger of a storage failed:", error);
    } catch {
      // There is nobody left to tell.
    }
  };
}

/** Whether something is, or behaves like, a promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") &&
    value !== null && "then" in value && typeof value.then === "function";
}
