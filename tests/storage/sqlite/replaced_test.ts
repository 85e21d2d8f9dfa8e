/** A file that is deleted or replaced while it is open: nothing is acknowledged that nobody will find. */
import { StorageError } from "@mayfly/store";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import process from "node:process";
import { LineLogger } from "../_support.ts";
import { delay, Folder } from "./_support.ts";

/** Windows lets nobody delete what is open. */
const POSIX = { ignore: process.platform === "win32" };
/** After this many ms a write looks at the files again. */
const LOOK = 60;

/** What can become of a file that is open. */
const MISHAPS: Record<string, (folder: Folder) => void> = {
  "all files deleted": (folder) => {
    for (const name of readdirSync(folder.path)) rmSync(folder.file(name));
  },
  "the database deleted": (folder) => rmSync(folder.file()),
  "a backup put in its place": (folder) => {
    makeBackup(folder.file("backup.db"));
    renameSync(folder.file("backup.db"), folder.file());
  },
  "the WAL deleted": (folder) => rmSync(folder.file("state.db-wal")),
  "the WAL's index deleted": (folder) => rmSync(folder.file("state.db-shm")),
};

function makeBackup(path: string): void {
  using backup = new SqliteStorage(path);
  backup.set("from", "backup");
}

function assertLost(run: () => unknown): void {
  const error = assertThrows(run, StorageError);
  assertEquals(error.code, "io", error.message);
  assert(error.message.includes("open it again"), error.message);
}

describe("a file that is open", POSIX, () => {
  for (const [name, happen] of Object.entries(MISHAPS)) {
    it(`refuses all calls after: ${name}`, async () => {
      using folder = new Folder();
      const logger = new LineLogger();
      const open = () =>
        new SqliteStorage(folder.file(), { logger, timeoutHours: 1 });
      const storage = open();
      storage.set("a", "1");
      logger.take();
      happen(folder);
      await delay(LOOK);
      assertLost(() => storage.set("b", "2"));
      assertLost(() => storage.get("a"));
      assertLost(() => storage.batch(() => storage.incr("c")));
      const warnings = logger.take().filter(([level]) => level === "warn");
      assertEquals(warnings.length, 1);
      assert(warnings[0]![1].startsWith("Stopped using "), warnings[0]![1]);
      storage.close();
      storage.close();
      using again = open();
      again.set("b", "2");
      assertEquals(again.get("b"), "2");
      // Nothing of the old WAL is in a file that it does not belong to.
      if (name.startsWith("a backup")) {
        assertEquals(again.keys("*").sort(), ["b", "from"]);
      }
      // What was committed before the WAL was deleted is still there.
      if (name.startsWith("the WAL")) assertEquals(again.get("a"), "1");
    });

    it(`is detected by the timer: ${name}`, async () => {
      using folder = new Folder();
      const logger = new LineLogger();
      using storage = new SqliteStorage(folder.file(), {
        logger,
        sweepInterval: 20,
      });
      storage.setex("a", 60, "1");
      happen(folder);
      const isSaid = () =>
        logger.lines.some(([, line]) => line.startsWith("Stopped using "));
      for (let i = 0; i < 1000 && !isSaid(); i++) await delay(10);
      assert(isSaid());
      assertLost(() => storage.get("a"));
    });
  }

  it("keeps the content of its WAL when it is moved away", async () => {
    using folder = new Folder();
    using storage = new SqliteStorage(folder.file());
    storage.set("a", "1");
    renameSync(folder.file(), folder.file("moved.db"));
    await delay(LOOK);
    assertLost(() => storage.set("a", "2"));
    assertEquals(readdirSync(folder.path), ["moved.db"]);
    using moved = new SqliteStorage(folder.file("moved.db"));
    assertEquals(moved.get("a"), "1");
  });

  it("leaves no WAL beside another file on close", () => {
    using folder = new Folder();
    const storage = new SqliteStorage(folder.file());
    storage.set("a", "1");
    MISHAPS["a backup put in its place"]!(folder);
    storage.close();
    assert(!existsSync(folder.file("state.db-wal")));
    using again = new SqliteStorage(folder.file());
    assertEquals(again.keys("*"), ["from"]);
  });

  it("cannot be opened while a connection has a deleted WAL", async () => {
    using folder = new Folder();
    const storage = new SqliteStorage(folder.file());
    storage.set("a", "1");
    MISHAPS["all files deleted"]!(folder);
    {
      // Another file: it has nothing to do with the one that is gone.
      using other = new SqliteStorage(folder.file());
      other.set("a", "2");
    }
    storage.close();
    using first = new SqliteStorage(folder.file());
    assertEquals(first.get("a"), "2");
    rmSync(folder.file("state.db-wal"));
    rmSync(folder.file("state.db-shm"));
    const error = assertThrows(
      () => new SqliteStorage(folder.file()),
      StorageError,
    );
    assertEquals(error.code, "io");
    await delay(LOOK);
    assertLost(() => first.set("a", "3"));
    using again = new SqliteStorage(folder.file());
    assertEquals(again.get("a"), "2");
  });
});
