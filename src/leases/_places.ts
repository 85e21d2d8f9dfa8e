/** Where things of this wing lie in a backend. */

import { prefixOf } from "../backend/_names.ts";

/** The prefix of a name, without any `:`. */
export function prefixOfName(name: string): string {
  return prefixOf(name, ":").slice(0, -1);
}

/**
 * The start of a key in the backend. What comes before its first `:` ends in a `%` and `kind`: so
 * things of two kinds never meet, nor a key of a `Collection`, where a `%` there is an escape.
 */
export function placeOf(prefix: string, kind: string): string {
  const end = `${prefix}:`.indexOf(":");
  return `${prefix.slice(0, end)}%${kind}:${prefix.slice(end)}`;
}
