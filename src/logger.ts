/**
 * Where log lines go: any object with these four methods, such as `console`,
 * or a logger of `@std/log`, `pino` or `winston`.
 *
 * Keys, numbers and option values may appear in a line; values never do.
 *
 * @example Collecting the lines
 * ```ts
 * import { InMemoryStorage, type Logger } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * const logger: Logger = {
 *   debug: (line) => lines.push(line),
 *   info: (line) => lines.push(line),
 *   warn: (line) => lines.push(line),
 *   error: (line) => lines.push(line),
 * };
 * using storage = new InMemoryStorage({ logger });
 * storage.setex("thread:1", 60, "[]");
 * assertEquals(lines.length, 2);
 * ```
 */
export interface Logger {
  /** Takes a line that only someone who looks for a fault wants to see. */
  debug(line: string): unknown;
  /** Takes a line about the normal course of things. */
  info(line: string): unknown;
  /** Takes a line about something that may be wrong. */
  warn(line: string): unknown;
  /** Takes a line about something that is wrong. */
  error(line: string): unknown;
}
