/** Which files have a WAL: those where it is safe, and again as soon as it is. */
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { linkSync, readdirSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { hasWalResetBug } from "../../../src/storage/sqlite/_journal_mode.ts";
import {
  findMount,
  placeOf,
  placeOnMount,
} from "../../../src/storage/sqlite/_mounts.ts";
import { LineLogger } from "../_support.ts";
import { canMount, FileMount, Folder, useRollbackJournal } from "./_support.ts";

/** Opens a file with a logger. */
function open(path: string): { storage: SqliteStorage; warnings: string[] } {
  const logger = new LineLogger();
  const storage = new SqliteStorage(path, { logger, timeoutHours: 1 });
  const warnings = logger.lines.filter(([level]) => level === "warn")
    .map(([, line]) => line);
  return { storage, warnings };
}

function journalMode(path: string): unknown {
  const database = new DatabaseSync(path);
  const row = database.prepare("PRAGMA journal_mode").get()!;
  database.close();
  return row.journal_mode;
}

/** What a Node whose SQLite may damage a WAL leaves behind, or `VACUUM INTO`. */
function makeRollbackFile(path: string): void {
  open(path).storage.close();
  useRollbackJournal(path);
  rmSync(`${path}.link`);
}

describe("the journal of a file", () => {
  it("is no WAL with a SQLite that may damage the file", () => {
    for (
      const version of ["3.43.2", "3.44.5", "3.46.1", "3.50.6", "3.51.2"]
    ) assertEquals(hasWalResetBug(version), true, version);
    for (
      const version of ["3.44.6", "3.50.7", "3.51.3", "3.52.0", "4.0.0"]
    ) assertEquals(hasWalResetBug(version), false, version);
  });

  it("goes by the longest mount point, the last of equals", () => {
    const table = [
      "/dev/sda1 / ext4 rw 0 0",
      "host:/x /srv nfs4 rw 0 0",
      "tmpfs /srv/tmp tmpfs rw 0 0",
      "share /mnt/with\\040space virtiofs rw 0 0",
      "tmpfs /over tmpfs rw 0 0",
      "host /over 9p rw 0 0",
    ].join("\n");
    const cases: [path: string, name: string][] = [
      ["/home/state.db", "ext4"],
      ["/srv/state.db", "nfs4"],
      ["/srvx/state.db", "ext4"],
      ["/srv/tmp/state.db", "tmpfs"],
      ["/mnt/with space/state.db", "virtiofs"],
      ["/over/state.db", "9p"],
    ];
    for (const [path, name] of cases) {
      assertEquals(findMount(table, path)?.type, name, path);
    }
  });

  it("is a WAL on file systems that are known to be of this machine alone", () => {
    const reason = (type: string, point = "/data") =>
      placeOnMount({ point, type }, "/data/state.db").reason;
    for (const type of ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay"]) {
      assertEquals(reason(type), undefined, type);
    }
    const others = [
      ...["nfs4", "cifs", "9p", "virtiofs", "fuse.sshfs", "fuse", "fakeowner"],
      ...["grpcfuse", "osxfs", "drvfs", "davfs", "of next year", "xfs2", ""],
    ];
    for (const type of others) {
      assert(reason(type)?.includes(`(${type})`), type);
    }
    assert(reason("ext4", "/data/state.db")?.includes("mounted alone"));
  });

  it("is no WAL for a file with two names, and one again with one name", () => {
    using folder = new Folder();
    const path = folder.file();
    const first = open(path);
    assertEquals(first.warnings, []);
    first.storage.set("a", "1");
    first.storage.close();
    linkSync(path, folder.file("link.db"));
    {
      const { storage: one, warnings } = open(path);
      assertEquals(warnings.length, 1);
      assert(warnings[0]!.includes("more than one name"), warnings[0]);
      const { storage: other } = open(folder.file("link.db"));
      one.incr("a");
      other.incr("a");
      assertEquals([one.get("a"), other.get("a")], ["3", "3"]);
      assert(!readdirSync(folder.path).some((name) => name.endsWith("-wal")));
      one.close();
      other.close();
    }
    rmSync(folder.file("link.db"));
    const last = open(path);
    assertEquals(last.warnings, []);
    assertEquals(last.storage.get("a"), "3");
    last.storage.close();
    assertEquals(journalMode(path), "wal");
    assertEquals(readdirSync(folder.path), ["state.db"]);
  });

  it("is a WAL again with the next open that is alone, and not before", () => {
    using folder = new Folder();
    const path = folder.file();
    makeRollbackFile(path);
    const reader = new DatabaseSync(path);
    reader.exec("BEGIN");
    reader.prepare("SELECT * FROM entries").all();
    const first = open(path);
    assertEquals(first.warnings.length, 1);
    assert(first.warnings[0]!.includes("another process"), first.warnings[0]);
    assertEquals(statSync(`${path}-rollback`).mode & 0o777, 0o600);
    reader.exec("COMMIT");
    reader.close();
    // The first has no lock, but is there: it may need what it has.
    const second = open(path);
    assertEquals(second.warnings.length, 1);
    first.storage.set("a", "1");
    first.storage.close();
    second.storage.append("a", "2");
    second.storage.close();
    assertEquals(journalMode(path), "delete");
    assertEquals(readdirSync(folder.path), ["state.db"]);

    const third = open(path);
    assertEquals(third.warnings, []);
    assertEquals(third.storage.get("a"), "12");
    assertEquals(journalMode(path), "wal");
    third.storage.close();
  });

  const WITH_MOUNTS = { ignore: !canMount };
  it("is no WAL for a file that is mounted alone", WITH_MOUNTS, () => {
    using folder = new Folder();
    const path = folder.file();
    open(path).storage.close();
    {
      using one = new FileMount(path, folder.file("one"));
      using other = new FileMount(path, folder.file("other"));
      // Deno shows the mount table to a program with every permission alone.
      if (placeOf(one.path).reason === undefined) return;
      const { storage: first, warnings } = open(one.path);
      assertEquals(warnings.length, 1);
      assert(warnings[0]!.includes("mounted alone"), warnings[0]);
      const { storage: second } = open(other.path);
      for (let i = 0; i < 3; i++) {
        first.incr("a");
        second.incr("a");
      }
      assertEquals([first.get("a"), second.get("a")], ["6", "6"]);
      assertEquals(readdirSync(folder.file("one")).sort(), [
        "state.db",
        "state.db-rollback",
      ]);
      second.close();

      // Who comes by the folder sees no mount and moves the file to WAL. The
      // one that may have none says so, rather than write into another WAL.
      const { storage: third } = open(path);
      third.incr("a");
      const refused = [() => first.incr("a"), () => first.get("a")];
      for (const run of refused) {
        let code: unknown;
        try {
          run();
        } catch (error) {
          code = (error as { code?: unknown }).code;
        }
        assertEquals(code, "io");
      }
      assertEquals(third.get("a"), "7");
      third.close();
      first.close();
      const again = open(one.path);
      assertEquals(again.storage.incr("a"), 8);
      again.storage.close();
    }
  });
});
