/** A file with a rollback journal, which SQLite locks as a whole: readers wait for the writer. */
import { StorageError } from "@mayfly/store";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { Folder, useRollbackJournal } from "./_support.ts";

/** Keeps everybody out of the file for a while. */
const HOLDER = `
  const { workerData, parentPort } = require("node:worker_threads");
  const { DatabaseSync } = require("node:sqlite");
  const database = new DatabaseSync(workerData);
  database.exec("BEGIN EXCLUSIVE");
  parentPort.postMessage("held");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  database.exec("COMMIT");
  database.close();
`;

const READS: Record<string, (storage: SqliteStorage) => unknown> = {
  get: (storage) => storage.get("a"),
  "get of a long value": (storage) => storage.get("long"),
  mget: (storage) => storage.mget("a", "long"),
  "exists of two keys": (storage) => storage.exists("a", "long"),
  getrange: (storage) => storage.getrange("long", 0, 9),
  dbsize: (storage) => storage.dbsize(),
  scan: (storage) => storage.scan("0"),
  "a batch": (storage) => storage.batch(() => storage.mget("a", "long")),
  set: (storage) => storage.set("a", "1"),
};

function makeFile(path: string): void {
  {
    using storage = new SqliteStorage(path);
    storage.mset("a", "1", "long", "v".repeat(20_000));
  }
  useRollbackJournal(path);
}

describe("a file with a rollback journal", () => {
  it("lets every command wait for its first lock", async () => {
    using folder = new Folder();
    const path = folder.file();
    makeFile(path);
    using storage = new SqliteStorage(path, { busyTimeout: 60_000 });
    for (const [name, read] of Object.entries(READS)) {
      const holder = new Worker(HOLDER, { eval: true, workerData: path });
      const ended = new Promise((resolve) => holder.once("exit", resolve));
      await new Promise((resolve) => holder.once("message", resolve));
      assert(read(storage) !== undefined, name);
      await ended;
    }
    assert(!existsSync(folder.file("state.db-wal")));
  });

  it('is "busy" once the wait is over, and well afterwards', () => {
    using folder = new Folder();
    const path = folder.file();
    makeFile(path);
    using storage = new SqliteStorage(path, { busyTimeout: 50 });
    const holder = new DatabaseSync(path);
    for (const [name, read] of Object.entries(READS)) {
      holder.exec("BEGIN EXCLUSIVE");
      const start = performance.now();
      const { code } = assertThrows(() => read(storage), StorageError);
      assertEquals(code, "busy", name);
      assert(performance.now() - start >= 49, name);
      holder.exec("COMMIT");
      assert(read(storage) !== undefined, name);
    }
    holder.close();
  });
});
