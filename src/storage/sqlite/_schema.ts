/** The tables of the file, and their migrations. */

import type { Connection } from "./_driver.ts";
import type { StorageErrors } from "./_errors.ts";

const OPEN = "open";
const OBJECTS = `
SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;

/** The version of the tables: SQLite's `user_version`. */
export const SCHEMA_VERSION = 1;

/** Marks this package's files: SQLite's `application_id`, "mayf" in ASCII. */
export const APPLICATION_ID = 0x6d617966;

/**
 * A key, its value and its deadline.
 *
 * `deadline` is in ms since the epoch, infinite for never. `bucket` is indexed, for the sweeper and
 * for eviction: a lower bound of the deadline, in units of `BUCKET` ms, null for never. It changes
 * only when the deadline becomes earlier; a later deadline is found when the bucket has expired. So
 * restarting a TTL writes to no index. A storage with a bound does update it, because it must know
 * which key expires soonest.
 *
 * A value up to some kB is in `value`. A longer one is in `parts`: then `size` is its length in
 * bytes, else null; `folded` is the offset of its last, unfinished part, and `loose` the number of
 * rows from there on.
 *
 * Short columns come first, because SQLite reads a row from its start.
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

/** The bytes of the long values: each row has those from the offset `start` on. */
const CREATE_PARTS = `
CREATE TABLE parts (
  entry INTEGER NOT NULL,
  start INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (entry, start)
) WITHOUT ROWID`;

/** The statements that migrate each version to the next, beginning with an empty file. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [CREATE_ENTRIES, CREATE_BUCKETS, CREATE_PARTS],
];

/** The unit of a bucket, in ms. A power of two, so that no deadline loses a bit. */
export const BUCKET = 4096;

/**
 * The bucket of a deadline; `null` for never. It is not rounded, so that the index is in the order
 * of deadlines. Version 0.2.0 rounded it down, which works for the sweeper as well.
 */
export function bucketOf(deadline: number): number | null {
  return deadline === Infinity ? null : deadline / BUCKET;
}

/** The tables that a file has. */
export interface Schema {
  /** Their version, 0 if there are none. */
  version: number;
  /** Whether the file has its version and id: a file restored from `.dump` has the tables only. */
  isComplete: boolean;
}

/**
 * Reads the tables of a file in one transaction, because another process may be creating them.
 *
 * @throws {StorageError} `"foreign"`: they are not this package's; `"version"`: they are of a newer
 *   version.
 */
export function readSchema(
  connection: Connection,
  errors: StorageErrors,
): Schema {
  connection.statement("BEGIN").run();
  const schema = checkSchema(connection, errors);
  connection.statement("COMMIT").run();
  return schema;
}

/** Within a transaction. */
function checkSchema(connection: Connection, errors: StorageErrors): Schema {
  const application = connection.pragma("application_id");
  const version = Number(connection.pragma("user_version"));
  if (application === APPLICATION_ID && version > SCHEMA_VERSION) {
    throw errors.of("version", {
      action: OPEN,
      reason:
        `a newer version of this package wrote it (its tables are version ${version}, the newest known is ${SCHEMA_VERSION})`,
    });
  }
  if (application === APPLICATION_ID && version > 0) {
    return { version, isComplete: true };
  }
  const found = connection.statement<{ sql: string }>(OBJECTS).all()
    .map(({ sql }) => sql);
  const isOurs = application === APPLICATION_ID || application === 0;
  if (isOurs && version === 0) {
    if (found.length === 0) return { version: 0, isComplete: true };
    if (normalize(found) === normalize(MIGRATIONS.flat())) {
      return { version: SCHEMA_VERSION, isComplete: false };
    }
  }
  throw errors.of("foreign", {
    action: OPEN,
    reason: "it is another program's database",
  });
}

/** Statements in a fixed order and with single spaces. */
function normalize(statements: readonly string[]): string {
  return statements.map((sql) => sql.replace(/\s+/g, " ").trim()).sort()
    .join("\n");
}

/** Migrates the tables of a file to the newest version. */
export function upgradeSchema(
  connection: Connection,
  errors: StorageErrors,
): void {
  connection.statement("BEGIN IMMEDIATE").run();
  try {
    // Another process may have done so meanwhile.
    const { version } = checkSchema(connection, errors);
    for (const sql of MIGRATIONS.slice(version).flat()) {
      connection.statement(sql).run();
    }
    connection.pragma(`application_id = ${APPLICATION_ID}`);
    connection.pragma(`user_version = ${SCHEMA_VERSION}`);
    connection.statement("COMMIT").run();
  } catch (error) {
    try {
      connection.statement("ROLLBACK").run();
    } catch {
      // SQLite has done so by itself.
    }
    throw error;
  }
}

// The state of the file.
export const PAGE_COUNT = "PRAGMA page_count";
export const FREE_COUNT = "PRAGMA freelist_count";
/** Changes whenever another connection has written. */
export const OTHERS_CHANGES = "PRAGMA data_version";
/** The number of rows that this connection has changed, rolled-back changes included. */
export const OWN_CHANGES = "SELECT total_changes() AS changes";
