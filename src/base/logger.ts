/**
 * A logger: any object with these four methods.
 *
 * In a tool server that speaks over its standard streams, stdout is the wire, and a single
 * line of log on it breaks the protocol: take a logger that writes to stderr or to a file,
 * such as `getLogger` of `@mayfly/store/log`, `pino(pino.destination(2))`, or the object
 * below. `console` itself is none: its `debug` and `info` write to stdout on every runtime.
 *
 * Keys, numbers and option values may appear in a line, with control characters escaped;
 * values never do. A logger that throws or rejects breaks no command and ends no
 * process: `console.error` gets its error.
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
  /** Takes a line that helps to find a fault. */
  debug(line: string): unknown;
  /** Takes a line about normal operation. */
  info(line: string): unknown;
  /** Takes a line about something that may be wrong. */
  warn(line: string): unknown;
  /** Takes a line about something that is wrong. */
  error(line: string): unknown;
}
