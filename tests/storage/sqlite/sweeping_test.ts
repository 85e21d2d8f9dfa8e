/** What has expired goes, in short batches, whoever comes first. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { LogLines } from "../../../src/storage/_log_lines.ts";
import { LineLogger } from "../_support.ts";
import { Clock, delay, Folder, openKeyspace } from "./_support.ts";

const HOUR = 3_600_000;

/** How many rows the tables of a file have, expired or not. */
function rows(path: string): { entries: number; parts: number } {
  const database = new DatabaseSync(path);
  const count = (table: string) =>
    database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!.n as number;
  const counts = { entries: count("entries"), parts: count("parts") };
  database.close();
  return counts;
}

async function until(isSo: () => boolean, seconds: number = 20): Promise<void> {
  for (let i = 0; i < seconds * 100 && !isSo(); i++) await delay(10);
  assert(isSo(), `Not so within ${seconds} s`);
}

describe("sweeping a file", () => {
  it("removes only expired keys", async () => {
    using folder = new Folder();
    const clock = new Clock();
    const logger = new LineLogger();
    const options = {
      now: clock.now,
      sweepInterval: 20,
      log: new LogLines(logger),
    };
    const keyspace = openKeyspace(folder.file(), options);
    const { time } = clock;
    keyspace.atomically("write", () => {
      for (let i = 0; i < 350; i++) {
        keyspace.set(`due:${i}`, "v", time + 1000 + i);
        keyspace.set(`later:${i}`, "v", time + HOUR);
      }
      keyspace.set("due:long", "v".repeat(100_000), time + 1000);
      keyspace.set("never", "v", Infinity);
      // Refreshed: their buckets' time comes long before their own.
      for (let i = 0; i < 350; i++) {
        keyspace.set(`kept:${i}`, "v", time + 1000);
        keyspace.set(`kept:${i}`, "w", time + HOUR);
        assert(keyspace.expire(`kept:${i}`, i % 2 ? time + HOUR : Infinity));
      }
    });
    assertEquals(rows(folder.file()), { entries: 1052, parts: 7 });
    clock.time += 20_000;
    const sweeps = () =>
      logger.lines.filter(([, line]) => line.startsWith("Swept"));
    await until(() => sweeps().length > 0);
    assertEquals(rows(folder.file()).entries, 701);
    assertEquals(rows(folder.file()).parts, 0);
    assertEquals(keyspace.count(), 701);
    assertEquals(keyspace.deadline("kept:0"), Infinity);
    assertEquals(keyspace.deadline("kept:1"), time + HOUR);
    keyspace.close();

    assertEquals(sweeps(), [["debug", "Swept 351 expired keys"]]);
    const expired = logger.lines.filter(([, line]) => line.endsWith("expired"));
    assertEquals(expired.length, 351);
    assert(expired.some(([, line]) => line === "Key due:long expired"));
  });

  it("is done by any process, also for keys of others", async () => {
    using folder = new Folder();
    const clock = new Clock();
    const writer = openKeyspace(folder.file(), { now: clock.now });
    writer.set("a", "1", clock.time + 1000);
    clock.time += 10_000;
    const sweeper = openKeyspace(folder.file(), {
      now: clock.now,
      sweepInterval: 20,
    });
    await until(() => rows(folder.file()).entries === 0);
    writer.close();
    sweeper.close();
  });

  it("happens a second after opening, however long the interval", async () => {
    using folder = new Folder();
    const clock = new Clock();
    const keyspace = openKeyspace(folder.file(), {
      now: clock.now,
      sweepInterval: HOUR,
    });
    keyspace.set("a", "1", clock.time + 1000);
    clock.time += 10_000;
    await until(() => rows(folder.file()).entries === 0);
    keyspace.close();
  });

  it("ends with shutdown, and the storage continues to work", async () => {
    using folder = new Folder();
    const clock = new Clock();
    const keyspace = openKeyspace(folder.file(), {
      now: clock.now,
      sweepInterval: 10,
    });
    keyspace.shutdown();
    keyspace.set("a", "1", clock.time + 1000);
    clock.time += 10_000;
    await delay(100);
    assertEquals(rows(folder.file()).entries, 1);
    assertEquals(keyspace.get("a"), undefined);
    keyspace.close();
  });

  it("waits for another process's write without blocking calls", async () => {
    using folder = new Folder();
    const clock = new Clock();
    const keyspace = openKeyspace(folder.file(), {
      now: clock.now,
      sweepInterval: 10,
    });
    keyspace.set("a", "1", clock.time + 1000);
    clock.time += 10_000;
    const other = new DatabaseSync(folder.file());
    other.exec("BEGIN IMMEDIATE");
    await delay(100);
    other.exec("COMMIT");
    await until(() => rows(folder.file()).entries === 0);
    other.close();
    keyspace.close();
  });

  it("returns free pages to the disk, and truncates the WAL", async () => {
    using folder = new Folder();
    const clock = new Clock();
    const keyspace = openKeyspace(folder.file(), {
      now: clock.now,
      sweepInterval: 20,
    });
    keyspace.atomically("write", () => {
      for (let i = 0; i < 2000; i++) {
        keyspace.set(`key:${i}`, "v".repeat(4000), clock.time + 1000);
      }
    });
    clock.time += 10_000;
    const wal = folder.file("state.db-wal");
    await until(() => statSync(wal).size === 0);
    assertLess(statSync(folder.file()).size, 2_000_000);
    assertEquals(keyspace.count(), 0);
    keyspace.close();
  });
});
