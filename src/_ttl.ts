/** Times to live as the backends take them. */

import { checkFinite } from "./_checks.ts";

/**
 * A ttl in whole ms, a fraction rounded up.
 *
 * @throws {TypeError} It is no number.
 * @throws {RangeError} It is not positive, or not finite.
 */
export function wholeTtl(action: string, ttl: unknown): number {
  checkFinite(
    action,
    "ttl",
    ttl,
    "a positive, finite number of milliseconds",
  );
  return Math.ceil(ttl);
}
