/** The rows of keys, and the statements that read and write them. */

import type { Layout } from "./_values.ts";

export const READ_DEADLINE: string =
  "SELECT deadline FROM entries WHERE key = ?";
export const READ_LENGTH: string =
  "SELECT deadline, coalesce(size, length(value)) AS length FROM entries WHERE key = ?";
/** The value if it is short, else null. Each further column would make the read a tenth slower. */
export const READ_ENTRY: string = `
SELECT deadline, CASE WHEN size IS NULL THEN value END AS value
  FROM entries WHERE key = ?`;
export const READ_ANY: string =
  "SELECT id, deadline, size, value FROM entries WHERE key = ?";
export const READ_LAYOUT: string = `
SELECT id, deadline, size, folded, loose, value FROM entries WHERE key = ?`;
export const READ_ID: string = "SELECT id FROM entries WHERE key = ?";
export const READ_SIZE: string =
  "SELECT id, deadline, size FROM entries WHERE key = ?";
export const READ_LIVE_ID: string =
  "SELECT id FROM entries WHERE key = ? AND deadline > ?";

/**
 * Replaces a short value by a short one and does not write to the index of the buckets. It changes
 * nothing if the key has a long value, or a bucket later than the new deadline.
 */
export const STORE_SHORT: string = `
INSERT INTO entries (key, value, deadline, bucket) VALUES (?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, deadline = excluded.deadline
  WHERE entries.size IS NULL
    AND (excluded.bucket IS NULL OR entries.bucket <= excluded.bucket)`;
export const STORE: string = `
INSERT INTO entries (key, value, deadline, bucket) VALUES (?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, deadline = excluded.deadline,
    bucket = excluded.bucket, size = NULL, folded = NULL, loose = NULL`;
export const STORE_LAYOUT: string = `
UPDATE entries SET size = ?, folded = ?, loose = ?, value = x'' WHERE id = ?`;
export const STORE_VALUE: string = "UPDATE entries SET value = ? WHERE id = ?";
/** `||` concatenates two blobs to text, byte by byte. */
export const APPEND_SHORT: string = `
UPDATE entries SET value = CAST(value || ? AS BLOB)
  WHERE key = ? AND deadline > ? AND size IS NULL AND length(value) <= ?
  RETURNING length(value) AS length`;

/**
 * Does not write to the index of the buckets. It changes nothing if the bucket is later than the
 * new deadline.
 */
export const EXPIRE_LATER: string = `
UPDATE entries SET deadline = ? WHERE key = ? AND deadline > ? AND bucket <= ?`;
export const EXPIRE: string = `
UPDATE entries SET deadline = ?, bucket = ? WHERE key = ? AND deadline > ?`;

export const DELETE_SHORT: string =
  "DELETE FROM entries WHERE key = ? AND size IS NULL RETURNING deadline";
export const DELETE: string =
  "DELETE FROM entries WHERE key = ? RETURNING id, deadline";
export const DELETE_ALL: string = "DELETE FROM entries";

/** The row of a short value. */
export interface ShortRow {
  deadline: number;
  value: Uint8Array | null;
}

/** A row of `READ_ANY`. */
export interface Row {
  id: number;
  deadline: number;
  size: number | null;
  value: Uint8Array;
}

/** A row of `READ_LAYOUT`. */
export type LayoutRow = Row & { [Key in keyof Layout]: number | null };

/** An absent key counts as an empty value that never expires. */
export const ABSENT: Omit<LayoutRow, "id"> = {
  deadline: Infinity,
  size: null,
  folded: null,
  loose: null,
  value: new Uint8Array(),
};
