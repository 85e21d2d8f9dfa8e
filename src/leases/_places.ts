/** The keys in a backend. */

import { prefixOf } from "../backend/_names.ts";

/** The prefix for a name; contains no `:`. */
export function prefixOfName(name: string): string {
  return prefixOf(name, ":").slice(0, -1);
}

/**
 * The start of a key in the backend. The part before the first `:` ends in `%` and `kind`. So keys
 * of two kinds never collide, and none collides with a key of a `Collection`, which uses `%` in
 * that part only for an escape.
 */
export function placeOf(prefix: string, kind: string): string {
  const end = `${prefix}:`.indexOf(":");
  return `${prefix.slice(0, end)}%${kind}:${prefix.slice(end)}`;
}
