/** The least that SQLite can do for one key: what our own calls are set beside. */
import process from "node:process";

// deno-lint-ignore no-explicit-any
const { DatabaseSync } = (process as any).getBuiltinModule("node:sqlite");

const PRAGMAS = [
  "auto_vacuum = INCREMENTAL",
  "journal_mode = WAL",
  "synchronous = NORMAL",
  "cache_size = -16384",
];
const TABLE =
  "CREATE TABLE IF NOT EXISTS t (k BLOB NOT NULL UNIQUE, d INTEGER, v BLOB NOT NULL)";
const UPSERT = `
INSERT INTO t (k, d, v) VALUES (?, ?, ?)
  ON CONFLICT (k) DO UPDATE SET d = excluded.d, v = excluded.v`;
const SELECT = "SELECT d, v FROM t WHERE k = ?";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One table without any index but its key's, with prepared statements. */
export class RawTable {
  // deno-lint-ignore no-explicit-any
  readonly #database: any;
  // deno-lint-ignore no-explicit-any
  readonly #upsert: any;
  // deno-lint-ignore no-explicit-any
  readonly #select: any;

  constructor(path: string, busyTimeout: number = 5000) {
    this.#database = new DatabaseSync(path, { timeout: busyTimeout });
    for (const pragma of PRAGMAS) {
      this.#database.prepare(`PRAGMA ${pragma}`).all();
    }
    this.#database.prepare(TABLE).run();
    this.#upsert = this.#database.prepare(UPSERT);
    this.#select = this.#database.prepare(SELECT);
  }

  set(key: string, value: string, deadline: number): void {
    this.#upsert.run(encoder.encode(key), deadline, encoder.encode(value));
  }

  get(key: string): string | undefined {
    const row = this.#select.get(encoder.encode(key));
    return row === undefined || row.d <= Date.now()
      ? undefined
      : decoder.decode(row.v);
  }

  close(): void {
    this.#database.close();
  }
}
