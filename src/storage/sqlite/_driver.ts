/** The runtime's own SQLite, as far as it is used here. */

import { StorageError } from "../../base/errors.ts";
import { getBuiltin } from "../../base/runtime.ts";

/** What a statement takes and answers with. */
export type SqliteValue = number | string | Uint8Array | null;

/** A prepared statement. */
export interface SqliteStatement<Row> {
  /** Runs to the end. */
  run(...values: SqliteValue[]): { changes: number | bigint };
  /** The first row. Not for a statement that writes: what fails at its end would go unseen. */
  get(...values: SqliteValue[]): Row | undefined;
  /** All rows. */
  all(...values: SqliteValue[]): Row[];
}

interface Database {
  prepare(sql: string): SqliteStatement<never>;
  close(): void;
}

interface SqliteModule {
  DatabaseSync: new (
    path: string,
    options: { enableForeignKeyConstraints: boolean },
  ) => Database;
}

/**
 * One connection to a database. Statements are prepared at their first use and kept; nothing
 * goes through the driver's `exec`, which tells no error code on Deno.
 */
export class Connection {
  readonly #database: Database;
  readonly #statements = new Map<string, SqliteStatement<never>>();
  #closed = false;

  /** @throws {StorageError} `"unavailable"`: the runtime has no SQLite. */
  constructor(path: string) {
    const sqlite = getBuiltin<SqliteModule>("sqlite");
    if (typeof sqlite?.DatabaseSync !== "function") {
      throw new StorageError(
        "unavailable",
        "Cannot open a SQLite file: this runtime has no built-in SQLite (Deno, Bun and Node from 22.13 on have one)",
      );
    }
    this.#database = new sqlite.DatabaseSync(path, {
      enableForeignKeyConstraints: false,
    });
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The statement of some SQL. */
  statement<Row = unknown>(sql: string): SqliteStatement<Row> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement as SqliteStatement<unknown> as SqliteStatement<Row>;
  }

  /** Sets or reads a pragma: its one value, if it answers with one. */
  pragma(text: string): SqliteValue | undefined {
    // Not kept: what a pragma does, it may do while it is being prepared.
    const rows: Record<string, SqliteValue>[] = (this.#database.prepare(
      `PRAGMA ${text}`,
    ) as SqliteStatement<unknown> as SqliteStatement<
      Record<string, SqliteValue>
    >).all();
    return rows[0] === undefined ? undefined : Object.values(rows[0])[0];
  }

  /** Closes it; twice is as good as once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#statements.clear();
    this.#database.close();
  }
}
