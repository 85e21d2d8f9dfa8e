/** What SQLite makes of it: its plans, its log under a reader, and connections of other threads. */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { Clock, delay, Folder, openKeyspace } from "./_support.ts";

const BUILT = new URL(
  "../../../src/storage/sqlite/sqlite_storage.ts",
  import.meta.url,
);

/** What a thread does: opens each file, counts, and closes it. */
const THREAD = `
  const { workerData } = require("node:worker_threads");
  import(workerData.module).then(({ SqliteStorage }) => {
    for (const path of workerData.paths) {
      const storage = new SqliteStorage(path, { timeoutHours: 1 });
      for (let i = 0; i < 50; i++) storage.incr("count");
      storage.close();
    }
  });
`;

describe("a file under SQLite's eyes", () => {
  it("is swept and counted by the index of buckets, and read by the index of keys", () => {
    using folder = new Folder();
    openKeyspace(folder.file()).close();
    const database = new DatabaseSync(folder.file());
    const plan = (sql: string) =>
      database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
        .map(({ detail }) => detail).join("\n");
    const sweep = plan(
      "SELECT id FROM entries WHERE bucket <= 1 ORDER BY bucket LIMIT 1",
    );
    assertMatch(
      sweep,
      /^SEARCH entries USING (COVERING )?INDEX entries_by_bucket/,
    );
    assert(!sweep.includes("TEMP B-TREE"), sweep);
    const soonest = plan(
      "SELECT id FROM entries WHERE bucket IS NOT NULL ORDER BY bucket, deadline LIMIT 1",
    );
    assert(soonest.includes("entries_by_bucket"), soonest);
    const read = plan("SELECT value FROM entries WHERE key = x'00'");
    assert(
      read.includes("USING INDEX sqlite_autoindex_entries_1 (key=?)"),
      read,
    );
    database.close();
  });

  it("does not write to the index of buckets when a TTL is restarted", () => {
    using folder = new Folder();
    const clock = new Clock();
    const keyspace = openKeyspace(folder.file(), { now: clock.now });
    const database = new DatabaseSync(folder.file());
    const bucket = () =>
      database.prepare("SELECT bucket FROM entries").get()?.bucket;
    keyspace.set("a", "1", clock.time + 10_000);
    const first = bucket();
    keyspace.set("a", "2", clock.time + 100_000);
    keyspace.expire("a", clock.time + 1_000_000);
    keyspace.set("a", "3", Infinity);
    assertEquals(bucket(), first);
    keyspace.set("a", "4", clock.time + 5000);
    assertLess(bucket() as number, first as number);
    assertEquals(keyspace.deadline("a"), clock.time + 5000);
    database.close();
    keyspace.close();
  });

  it("shortens its WAL after a long read has ended", async () => {
    using folder = new Folder();
    const keyspace = openKeyspace(folder.file(), { sweepInterval: 20 });
    keyspace.set("a", "1", Infinity);
    const reader = new DatabaseSync(folder.file());
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM entries").get();
    for (let i = 0; i < 100; i++) {
      keyspace.set("a", "v".repeat(100_000), Infinity);
    }
    const wal = folder.file("state.db-wal");
    assert(statSync(wal).size > 8_000_000);
    // It waits for nobody meanwhile, and sees what it saw before.
    keyspace.set("a", "2", Infinity);
    reader.exec("COMMIT");
    for (let i = 0; i < 500 && statSync(wal).size > 0; i++) await delay(20);
    assertEquals(statSync(wal).size, 0);
    reader.close();
    keyspace.close();
  });

  it("is shared by the threads of one process, from its creation on", async () => {
    using folder = new Folder();
    // The making of a file is over in a moment, so there are several.
    const paths = Array.from({ length: 10 }, (_, i) => folder.file(`${i}.db`));
    const workerData = { module: BUILT.href, paths };
    const threads = Array.from(
      { length: 6 },
      () => new Worker(THREAD, { eval: true, workerData }),
    );
    const codes = await Promise.all(
      threads.map((thread) =>
        new Promise((resolve, reject) => {
          thread.on("error", reject);
          thread.on("exit", resolve);
        })
      ),
    );
    assertEquals(codes, [0, 0, 0, 0, 0, 0]);
    for (const path of paths) {
      const keyspace = openKeyspace(path);
      assertEquals(keyspace.get("count"), "300");
      keyspace.close();
    }
  });
});
