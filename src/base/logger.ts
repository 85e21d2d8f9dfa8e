/**
 * A logger: any object with these four methods.
 *
 * A stdio MCP server uses stdout for its protocol, and a single log line on it breaks the protocol.
 * Use a logger that writes to stderr or to a file, such as `getLogger` of `@mayfly/store/log`,
 * `pino(pino.destination(2))`, or the object below. Do not use `console` itself there: its `debug`
 * and `info` write to stdout on every runtime.
 *
 * Keys, numbers and option values may appear in a line, with control characters escaped; stored
 * values never do. If a logger throws or rejects, the command still succeeds; the error goes to
 * `console.error`.
 *
 * @example All lines to stderr
 * ```ts
 * import { InMemoryStorage, type Logger } from "@mayfly/store";
 *
 * const stderr = (line: string) => console.error(line);
 * const logger: Logger = {
 *   debug: () => {}, // only for someone who looks for a fault
 *   info: stderr,
 *   warn: stderr,
 *   error: stderr,
 * };
 * using storage = new InMemoryStorage({ logger });
 * ```
 *
 * @example A logger that collects lines
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
  /** Logs a line for debugging. */
  debug(line: string): unknown;
  /** Logs a line about normal operation. */
  info(line: string): unknown;
  /** Logs a line about a possible problem. */
  warn(line: string): unknown;
  /** Logs a line about an error. */
  error(line: string): unknown;
}
