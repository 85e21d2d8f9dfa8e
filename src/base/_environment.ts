/** The configuration from the environment. */

import { HOUR } from "./_options.ts";
import { ConfigError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { getEnv, mayReadEnv } from "./runtime.ts";

const TIMEOUT = "CONVERSATION_TIMEOUT_HOURS";
const DEFAULT_TIMEOUT_HOURS = 3;

/**
 * The TTL of a conversation in hours, from the environment.
 *
 * @throws {ConfigError} The variable does not hold a positive whole number.
 */
export function readTimeoutHours(logger?: Logger): number {
  if (logger !== undefined && !mayReadEnv(TIMEOUT)) {
    logger.debug(
      `No permission to read ${TIMEOUT}: using the default of ${DEFAULT_TIMEOUT_HOURS} hours`,
    );
  }
  const text = getEnv(TIMEOUT) ?? "";
  const digits = text.trim();
  if (digits === "") return DEFAULT_TIMEOUT_HOURS;
  const hours = Number(digits);
  // A number of more than about 300 digits is `Infinity`.
  const isFinite = Number.isFinite(hours * HOUR);
  if (!/^[0-9]+$/.test(digits) || hours === 0 || !isFinite) {
    throw new ConfigError(TIMEOUT, text, "a positive whole number of hours");
  }
  return hours;
}
