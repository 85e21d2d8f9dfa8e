/** The log lines of a storage. */

import { guardLogger } from "../base/_report.ts";
import type { Logger } from "../base/logger.ts";

/**
 * Passes lines to a logger and catches its errors. The lines of a transaction are held back until
 * it ends.
 */
export class LogLines {
  readonly #logger: Logger;
  /** The lines of the current transaction. */
  #held: string[] | undefined;

  constructor(logger: Logger) {
    this.#logger = guardLogger(logger);
  }

  /** Logs a line at the level "debug". */
  debug(line: string): void {
    if (this.#held === undefined) this.#logger.debug(line);
    else this.#held.push(line);
  }

  /** Logs a line at the level "info". */
  info(line: string): void {
    this.#logger.info(line);
  }

  /** Logs a line at the level "warn". */
  warn(line: string): void {
    this.#logger.warn(line);
  }

  /** Runs a transaction: its lines are logged when it has returned and dropped when it throws. */
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

/** Runs a nested transaction: its lines are dropped when it throws. */
function partly<T>(held: string[], part: () => T): T {
  const { length } = held;
  try {
    return part();
  } catch (error) {
    held.length = length;
    throw error;
  }
}
