/**
 * Where logs of our own storages ended when this process last appended to them. An append to a log
 * that nobody else writes to then need not read its end.
 */

import { keyspaceOf } from "../redis/_keyspace_of.ts";
import type { Keyspace } from "../redis/keyspace.ts";

/** The number of logs of a storage that are remembered. */
const MAX_LOGS = 1000;

/** The end of a log. It is changed in place. */
export interface KnownEnd {
  kind: string;
  /** The keyspace's `undone` then. */
  undone: number | undefined;
  offset: number;
  count: number;
  size: number;
}

/** By keyspace and key, those remembered for longest first. All journals of a process share them. */
const known = new WeakMap<Keyspace, Map<string, KnownEnd>>();

/** The end that a log had. */
export function knownEnd(
  keyspace: Keyspace,
  key: string,
): KnownEnd | undefined {
  return known.get(keyspace)?.get(key);
}

/** Remembers the end of a log from now on. */
export function rememberEnd(keyspace: Keyspace, key: string): KnownEnd {
  let ends = known.get(keyspace);
  if (ends === undefined) known.set(keyspace, ends = new Map());
  const end = { kind: "", undone: undefined, offset: 0, count: 0, size: 0 };
  ends.set(key, end);
  if (ends.size > MAX_LOGS) {
    for (const oldest of ends.keys()) {
      ends.delete(oldest);
      break;
    }
  }
  return end;
}

/** Forgets the end of a log: another one is made in its place. */
export function forgetEnd(storage: object, key: string): void {
  const keyspace = keyspaceOf(storage);
  if (keyspace !== undefined) known.get(keyspace)?.delete(key);
}
