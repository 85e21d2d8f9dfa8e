/** The part of the runtime's own SQLite that is used. */

import { StorageError } from "../../base/errors.ts";
import { getBuiltin } from "../../base/runtime.ts";

/** A parameter or a result of a statement. */
export type SqliteValue = number | string | Uint8Array | null;

/** A prepared statement. */
export interface SqliteStatement<Row> {
  /** Runs the statement to its end. */
  run(...values: SqliteValue[]): { changes: number | bigint };
  /** The first row. Not for a statement that writes: an error at its end would be lost. */
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
 * One connection to a database. Statements are prepared at their first use and cached. The driver's
 * `exec` is not used, because its errors have no code on Deno.
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

  /** Whether the connection was closed. */
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

  /** Sets or reads a pragma. Returns its value, if it has one. */
  pragma(text: string): SqliteValue | undefined {
    // Not cached: a pragma may take effect while it is prepared.
    const rows: Record<string, SqliteValue>[] = (this.#database.prepare(
      `PRAGMA ${text}`,
    ) as SqliteStatement<unknown> as SqliteStatement<
      Record<string, SqliteValue>
    >).all();
    return rows[0] === undefined ? undefined : Object.values(rows[0])[0];
  }

  /** Closes the connection. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#statements.clear();
    this.#database.close();
  }
}
