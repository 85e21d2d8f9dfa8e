/** A logger that cannot do harm. */

import type { Logger } from "./logger.ts";
import { type OnError, report, watch } from "./_report.ts";

/**
 * A logger that passes lines on, and neither throws nor rejects: what the other one throws or
 * rejects with goes to `onError`, by default to `console.error`.
 */
export function guardLogger(logger: Logger, onError?: OnError): Logger {
  const guarded = (level: keyof Logger) => (line: string): void => {
    try {
      watch(onError, logger[level](line));
    } catch (error) {
      report(onError, error);
    }
  };
  return {
    debug: guarded("debug"),
    info: guarded("info"),
    warn: guarded("warn"),
    error: guarded("error"),
  };
}
