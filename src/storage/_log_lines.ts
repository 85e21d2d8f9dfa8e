/** The log lines of a storage. */

import { guardLogger } from "../base/_report.ts";
import type { Logger } from "../base/logger.ts";

/** Passes lines to a logger, whose failures harm nobody: those of a step once it has succeeded. */
export class LogLines {
  readonly #logger: Logger;
  /** The lines of the step that is under way. */
  #held: string[] | undefined;

  constructor(logger: Logger) {
    this.#logger = guardLogger(logger);
  }

  /** Passes on a line that only someone who looks for a fault wants to see. */
  debug(line: string): void {
    if (this.#held === undefined) this.#logger.debug(line);
    else this.#held.push(line);
  }

  /** Passes on a line about the normal course of things. */
  info(line: string): void {
    this.#logger.info(line);
  }

  /** Passes on a line about something that may be wrong. */
  warn(line: string): void {
    this.#logger.warn(line);
  }

  /** Runs a step: its lines are passed on when it has returned, and forgotten when it throws. */
  during<T>(step: () => T): T {
    if (this.#held !== undefined) return partly(this.#held, step);
    const held: string[] = [];
    this.#held = held;
    let result: T;
    try {
      result = step();
    } finally {
      this.#held = undefined;
    }
    for (const line of held) this.#logger.debug(line);
    return result;
  }
}

/** Runs a part of a step: its lines are forgotten when it throws. */
function partly<T>(held: string[], part: () => T): T {
  const { length } = held;
  try {
    return part();
  } catch (error) {
    held.length = length;
    throw error;
  }
}
