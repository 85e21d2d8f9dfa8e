/**
 * Sweeps expired entries in short batches. A batch holds the write lock for about a millisecond, so
 * that no other process waits for long. Any process that has the file open may sweep.
 */

import type { Connection } from "./_driver.ts";
import { BUCKET, bucketOf } from "./_schema.ts";
import type { LongValues } from "./_values.ts";

/** The number of entries that a batch looks at. */
const ENTRIES_A_BATCH = 100;
/** The approximate number of bytes of long values that a batch removes. */
const BYTES_A_BATCH = 1 << 20;

/** The columns of a {@linkcode FiledEntry}. As a float: Node refuses integers past 2^53. */
export const COLUMNS = "id, deadline, CAST(bucket AS REAL) AS filed, size, key";
/** Most of these have expired; some have got a later deadline. */
const DUE = `
SELECT ${COLUMNS} FROM entries
  WHERE bucket <= ? ORDER BY bucket LIMIT ?`;
const DELETE_ENTRY = "DELETE FROM entries WHERE id = ?";
const FILE_AGAIN = "UPDATE entries SET bucket = ? WHERE id = ?";

/** An entry that may be removed. */
export interface FiledEntry {
  id: number;
  deadline: number;
  /** The bucket of its row, which may be stale. */
  filed: number | null;
  size: number | null;
  key: Uint8Array;
}

/** The outcome of a batch. */
export interface SweptBatch {
  /** The keys that were removed. */
  removed: Uint8Array[];
  /** `true` if there may be more to do. */
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

/** `true` if the bucket of an entry is stale: earlier than the bucket of its deadline. */
export function isStale({ filed, deadline }: FiledEntry): boolean {
  return filed !== null && deadline / BUCKET > filed;
}

/** Moves an entry to the bucket of its deadline. */
export function fileAgain(
  connection: Connection,
  { id, deadline }: FiledEntry,
): void {
  connection.statement(FILE_AGAIN).run(bucketOf(deadline), id);
}

/** `true` if there is something to sweep. Takes no write lock. */
export function isAnythingDue(connection: Connection, now: number): boolean {
  return due(connection, now).length > 0;
}

/** Sweeps one batch, within a write transaction. */
export function sweepBatch(
  connection: Connection,
  values: LongValues,
  now: number,
): SweptBatch {
  const entries = due(connection, now);
  const removed: Uint8Array[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (entry.deadline > now) continue;
    removeEntry(connection, values, entry);
    removed.push(entry.key);
    bytes += entry.size ?? 0;
    if (bytes > BYTES_A_BATCH) return { removed, more: true };
  }
  // Last, because the index may grow, and a full file has room only after the removals.
  for (const entry of entries) {
    if (entry.deadline > now) fileAgain(connection, entry);
  }
  return { removed, more: entries.length === ENTRIES_A_BATCH };
}

function due(connection: Connection, now: number): FiledEntry[] {
  return connection.statement<FiledEntry>(DUE)
    .all(bucketOf(now), ENTRIES_A_BATCH);
}
