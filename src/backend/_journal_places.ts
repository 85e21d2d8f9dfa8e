/**
 * Where logs of our own storages ended when this process last appended to them. An append to a log
 * that nobody else writes to then need not read its end.
 */

import { keyspaceOf } from "../redis/_keyspace_of.ts";
import type { Keyspace } from "../redis/keyspace.ts";

/** The number of logs of a storage that are remembered. */
const MAX_LOGS = 1000;

/** The end of a log. It is changed in place. */
interface KnownEnd {
  readonly kind: string;
  /** The keyspace's `undone` then. */
  readonly undone: number | undefined;
  offset: number;
  count: number;
  size: number;
}

/** By keyspace and key, those remembered for longest first. All journals of a process share them. */
const known = new WeakMap<Keyspace, Map<string, KnownEnd>>();

/** The end of a log, if it is still the same log: nobody else has written, and nothing was undone. */
export function knownEnd(
  keyspace: Keyspace,
  key: string,
  { kind, undone, offset }: Omit<KnownEnd, "count" | "size">,
): KnownEnd | undefined {
  const end = known.get(keyspace)?.get(key);
  return end?.offset === offset && end.kind === kind && end.undone === undone
    ? end
    : undefined;
}

/** Remembers the end that a log has now, in place of the one that was known. */
export function rememberEnd(
  keyspace: Keyspace,
  key: string,
  before: KnownEnd | undefined,
  end: KnownEnd,
): void {
  if (before !== undefined) {
    before.offset = end.offset;
    before.count = end.count;
    before.size = end.size;
    return;
  }
  if (end.undone === undefined) return;
  let ends = known.get(keyspace);
  if (ends === undefined) known.set(keyspace, ends = new Map());
  ends.set(key, end);
  if (ends.size > MAX_LOGS) {
    for (const oldest of ends.keys()) {
      ends.delete(oldest);
      break;
    }
  }
}

/** Forgets the end of a log: another one is made in its place. */
export function forgetEnd(storage: object, key: string): void {
  const keyspace = keyspaceOf(storage);
  if (keyspace !== undefined) known.get(keyspace)?.delete(key);
}
