/** The tables of the file, and how one version of them becomes the next. */

import type { Connection } from "./_driver.ts";

/** The version of the tables: SQLite's `user_version`. */
export const SCHEMA_VERSION = 1;

/** Tells this package's files: SQLite's `application_id`, "mayf" in ASCII. */
export const APPLICATION_ID = 0x6d617966;

/**
 * A key, what it holds, and when it dies.
 *
 * `deadline` is in ms since the epoch, infinite for never. `bucket` files the key for the sweeper
 * and for eviction: a lower bound of the deadline, in units of `BUCKET` ms, null for never. It moves
 * only when the deadline comes nearer; a later one is noticed when the bucket's time has come. So
 * starting a ttl again writes to no index. A storage with a bound does write to it: it must know
 * which key expires soonest.
 *
 * A value up to some kB is in `value`. A longer one is in `parts`: then `size` is its length in
 * bytes, else null; `folded` is where its last, unfinished part begins and `loose` how many
 * rows have been added from there on.
 *
 * What is short comes first: SQLite reads a row from its start.
 */
const CREATE_ENTRIES = `
CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  deadline REAL NOT NULL,
  bucket INTEGER,
  size INTEGER,
  folded INTEGER,
  loose INTEGER,
  key BLOB NOT NULL UNIQUE,
  value BLOB NOT NULL
)`;

const CREATE_BUCKETS = `
CREATE INDEX entries_by_bucket ON entries (bucket) WHERE bucket IS NOT NULL`;

/** The bytes of the long values, each row from the offset \`start\` on. */
const CREATE_PARTS = `
CREATE TABLE parts (
  entry INTEGER NOT NULL,
  start INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (entry, start)
) WITHOUT ROWID`;

/** The statements that make each version from the one before, beginning with an empty file. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [CREATE_ENTRIES, CREATE_BUCKETS, CREATE_PARTS],
];

/** The unit of a bucket, in ms. A power of two, so that no deadline loses a bit. */
export const BUCKET = 4096;

/**
 * The bucket of a deadline; `null` for never. With its fraction, so that the index has the keys in
 * the order of their deadlines. Version 0.2.0 rounded it down, which is as good for the sweeper.
 */
export function bucketOf(deadline: number): number | null {
  return deadline === Infinity ? null : deadline / BUCKET;
}

/** Brings the tables of a file, within a transaction, from its version to the newest one. */
export function migrate(connection: Connection, version: number): void {
  for (const statements of MIGRATIONS.slice(version)) {
    for (const sql of statements) connection.statement(sql).run();
  }
  connection.pragma(`application_id = ${APPLICATION_ID}`);
  connection.pragma(`user_version = ${SCHEMA_VERSION}`);
}
