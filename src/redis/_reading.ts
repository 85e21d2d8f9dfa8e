/** Reading a key for a reply. */

import { toText } from "./_values.ts";
import type { Keyspace } from "./keyspace.ts";

/** The value of a key as a reply: text, `null` where there is none. */
export function readText(keyspace: Keyspace, key: string): string | null {
  const value = keyspace.get(key);
  return value === undefined ? null : toText(value);
}
