/**
 * Where logs of our own storages ended when this process last appended to them. An append to a log
 * that nobody else writes to then need not read its end.
 */

import type { Keyspace } from "../redis/keyspace.ts";
import type { Place } from "./_journal_line.ts";

/** The number of logs of a storage that are remembered. */
const MAX_LOGS = 1000;

interface KnownEnd {
  readonly kind: string;
  readonly end: Place;
  /** The keyspace's `undone` then: the append itself may be undone with the step around it. */
  readonly undone: number | undefined;
}

/** By storage and key, those remembered for longest first. All journals of a process share them. */
const known = new WeakMap<object, Map<string, KnownEnd>>();

/** A log of a storage, as the functions below take it. */
export interface LogAddress {
  readonly storage: object;
  readonly keyspace: Keyspace;
  readonly kind: string;
  readonly key: string;
}

/** The end of a log, if its length is still what it was then and nothing was undone since. */
export function knownEnd(
  { storage, keyspace, kind, key }: LogAddress,
  length: number,
): Place | undefined {
  const found = known.get(storage)?.get(key);
  return found?.end.offset === length && found.kind === kind &&
      found.undone === keyspace.undone
    ? found.end
    : undefined;
}

/** Remembers the end that a log has now. */
export function rememberEnd(
  { storage, keyspace: { undone }, kind, key }: LogAddress,
  end: Place,
): void {
  if (undone === undefined) return;
  let ends = known.get(storage);
  if (ends === undefined) known.set(storage, ends = new Map());
  ends.set(key, { kind, end, undone });
  if (ends.size > MAX_LOGS) {
    for (const oldest of ends.keys()) {
      ends.delete(oldest);
      break;
    }
  }
}

/** Forgets the end of a log: another one is made in its place. */
export function forgetEnd(storage: object, key: string): void {
  known.get(storage)?.delete(key);
}
