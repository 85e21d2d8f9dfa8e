/** Reads the TTL or deadline that is given to `set`, `add`, `update` and `touch`. */

import {
  checkTtl,
  checkType,
  kindOf,
  MAX_TIME,
  MILLISECONDS,
  quoteNumber,
  refuse,
} from "../base/_checks.ts";
import { readOptions } from "../base/_options.ts";
import type { CollectionSetOptions } from "./options.ts";

const OPTIONS = ["ttl", "expiresAt", "keepTtl"] as const;

/** A TTL in ms, a deadline in ms since the epoch, or the deadline that the entry has. */
export type Lifetime =
  | { readonly ttl: number }
  | { readonly until: number }
  | "keep";

/**
 * A ttl in whole ms, or `Infinity`; a fraction is rounded up.
 *
 * @throws {TypeError} It is not a number.
 * @throws {RangeError} It is not positive, or past the end of time.
 */
export function readTtl(action: string, ttl: unknown): number {
  if (ttl === Infinity) return ttl;
  checkTtl(action, "ttl", ttl, MILLISECONDS, quoteNumber);
  return Math.ceil(ttl);
}

/** Reads the argument that replaces the collection's `ttl`. */
export function readLifetime(
  action: string,
  given: number | CollectionSetOptions | undefined,
  ofCollection: number,
): Lifetime {
  if (given === undefined) return { ttl: ofCollection };
  if (typeof given !== "object" || given === null) {
    return { ttl: readTtl(action, given) };
  }
  const { ttl, expiresAt, keepTtl } = readOptions(action, given, OPTIONS);
  if (keepTtl !== undefined) {
    checkType(action, "keepTtl", keepTtl, "boolean", kindOf);
  }
  const ways = [ttl, expiresAt, keepTtl || undefined];
  if (ways.filter((way) => way !== undefined).length > 1) {
    throw new TypeError(
      `Cannot ${action}: only one of "ttl", "expiresAt" and "keepTtl" can be given: received ttl ${
        quoteNumber(ttl)
      }, expiresAt ${quoteNumber(expiresAt)}, keepTtl ${keepTtl ?? false}`,
    );
  }
  if (keepTtl) return "keep";
  if (expiresAt === undefined) {
    return { ttl: ttl === undefined ? ofCollection : readTtl(action, ttl) };
  }
  return { until: readDeadline(action, expiresAt) };
}

/** A deadline in whole ms since the epoch, above zero, or `Infinity`. */
function readDeadline(action: string, deadline: unknown): number {
  if (deadline === Infinity) return deadline;
  if (typeof deadline === "number" && Math.abs(deadline) <= MAX_TIME) {
    return Math.max(1, Math.ceil(deadline));
  }
  const must = "be a number of milliseconds since the epoch";
  refuse(
    action,
    "expiresAt",
    must,
    deadline,
    typeof deadline === "number",
    quoteNumber,
  );
}
