/**
 * A logger on `@std/log` that writes to stderr, because a stdio MCP server uses stdout for its
 * protocol.
 *
 * @example Logging what the storage does
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import { getLogger } from "@mayfly/store/log";
 *
 * using storage = new InMemoryStorage({ logger: getLogger() });
 * ```
 *
 * @module
 */

import { BaseHandler, getLogger as getStdLogger } from "@std/log";
import { quote } from "./_checks.ts";
import { ConfigError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { getEnv } from "./runtime.ts";

export type { Logger };

const LEVEL = "MAYFLY_LOG_LEVEL";
const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR", "CRITICAL"] as const;
type Level = typeof LEVELS[number];

class StderrHandler extends BaseHandler {
  override log(line: string): void {
    console.error(line);
  }
}

/**
 * Returns a logger of `@std/log` that writes to stderr. It logs lines of the level in the variable
 * `MAYFLY_LOG_LEVEL` and above: `DEBUG`, `INFO` (the default), `WARN`, `ERROR` or `CRITICAL`, in
 * upper or lower case. A logger of that name that the program has already configured with handlers
 * is returned as it is.
 *
 * @param name The name of the logger.
 * @returns The logger.
 * @throws {ConfigError} The variable does not contain a level.
 * @throws {TypeError} The name is not a string.
 * @throws {RangeError} The name is empty or `"default"`, whose lines go to stdout.
 *
 * @example Usage
 * ```ts
 * import { getLogger } from "@mayfly/store/log";
 *
 * getLogger().debug("Seen only with MAYFLY_LOG_LEVEL=debug");
 * ```
 */
export function getLogger(name: string = "mayfly"): Logger {
  if (typeof name !== "string") {
    throw new TypeError(
      `Cannot get the logger: "name" must be a string: received ${quote(name)}`,
    );
  }
  // Both names mean the default logger of `@std/log`, which writes to stdout.
  if (name === "" || name === "default") {
    throw new RangeError(
      `Cannot get the logger: "name" must be neither empty nor "default": received ${
        quote(name)
      }`,
    );
  }
  const logger = getStdLogger(name);
  if (logger.handlers.length === 0) {
    const level = readLevel();
    logger.levelName = level;
    logger.handlers.push(new StderrHandler(level));
  }
  return logger;
}

function readLevel(): Level {
  const text = getEnv(LEVEL) ?? "";
  const name = text.trim().toUpperCase() || "INFO";
  const level = LEVELS.find((level) => level === name);
  if (level === undefined) {
    throw new ConfigError(LEVEL, text, `one of ${LEVELS.join(", ")}`);
  }
  return level;
}
