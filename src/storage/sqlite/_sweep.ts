/**
 * Removing what has expired, in short batches: none holds the write lock for much longer than a
 * ms, so that no other process waits for long. Whichever process comes first does it.
 */

import type { Connection } from "./_driver.ts";
import { bucketOf } from "./_schema.ts";
import type { LongValues } from "./_values.ts";

/** How many keys a batch looks at. */
const BATCH = 100;
/** How many bytes of long values a batch removes, about. */
const BATCH_BYTES = 1 << 20;

/** Keys whose bucket's time has come; most are due, some were given a later deadline. */
const DUE = `
SELECT id, deadline, bucket, size, key FROM entries
  WHERE bucket <= ? ORDER BY bucket LIMIT ?`;
const DELETE_ENTRY = "DELETE FROM entries WHERE id = ?";
const FILE_AGAIN = "UPDATE entries SET bucket = ? WHERE id = ?";

/** A key that is to be looked at. */
export interface FiledEntry {
  id: number;
  deadline: number;
  bucket: number | null;
  size: number | null;
  key: Uint8Array;
}

/** What became of a batch. */
export interface Batch {
  /** The keys that were removed. */
  removed: Uint8Array[];
  /** Whether there may be more to do. */
  more: boolean;
}

/** Removes an entry. */
export function removeEntry(
  connection: Connection,
  values: LongValues,
  { id, size }: { id: number; size: number | null },
): void {
  if (size !== null) values.remove(id);
  connection.statement(DELETE_ENTRY).run(id);
}

/** Files an entry under the bucket of its deadline. Returns whether it was under another. */
export function fileAgain(
  connection: Connection,
  { id, bucket, deadline }: FiledEntry,
): boolean {
  const right = bucketOf(deadline);
  if (right === bucket) return false;
  connection.statement(FILE_AGAIN).run(right, id);
  return true;
}

/** Whether there is something to sweep: a read, without any lock. */
export function isAnythingDue(connection: Connection, now: number): boolean {
  return due(connection, now).some((entry) =>
    entry.deadline <= now || bucketOf(entry.deadline) !== entry.bucket
  );
}

/** Sweeps one batch, within a write transaction. */
export function sweepBatch(
  connection: Connection,
  values: LongValues,
  now: number,
): Batch {
  const entries = due(connection, now);
  const removed: Uint8Array[] = [];
  let bytes = 0;
  let touched = 0;
  for (const entry of entries) {
    if (entry.deadline <= now) {
      removeEntry(connection, values, entry);
      removed.push(entry.key);
      bytes += entry.size ?? 0;
      touched++;
      if (bytes > BATCH_BYTES) return { removed, more: true };
    } else if (fileAgain(connection, entry)) touched++;
  }
  // What is left alone is of the bucket of this moment, and comes last.
  return { removed, more: touched === BATCH };
}

function due(connection: Connection, now: number): FiledEntry[] {
  return connection.statement<FiledEntry>(DUE).all(bucketOf(now), BATCH);
}
