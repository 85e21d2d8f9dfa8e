/**
 * Where things of this wing lie in a backend. A `%` that is not an escape is in every key, before
 * its first `:`; no key of a `Collection` has one there, so they never meet.
 */

import { prefixOf } from "../backend/_names.ts";
import type { Claim } from "./_held_leases.ts";

type Places = Claim["places"];

/** The keys of leases: of a prefix, for a key. */
export function leasePlaces(prefix: string): (key: string) => Places {
  const colon = prefix.indexOf(":");
  const end = colon < 0 ? prefix.length : colon;
  const start = prefix.slice(0, end);
  const rest = prefix.slice(end);
  return (key) => ({
    lease: `${start}%${rest}${key}`,
    fence: `${start}%fence${rest}${key}`,
  });
}

/** What the keys of one thing begin with: those of its values and, by `kind`, of all else. */
export function placesOf(
  name: string,
  kind: string,
): (part: "" | "-stale" | "-lease" | "-fence") => string {
  const escaped = prefixOf(name, ":").slice(0, -1);
  return (part) => `${escaped}%${kind}${part}:`;
}
