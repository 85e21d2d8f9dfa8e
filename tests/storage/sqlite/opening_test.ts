/** What the constructor says of files that are not as they should be, all of them real. */
import { StorageError, type StorageErrorCode } from "@mayfly/store";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { LogLines } from "../../../src/storage/_log_lines.ts";
import { LineLogger } from "../_support.ts";
import { canMount, Folder, Mount, openKeyspace } from "./_support.ts";

const KEYS = 500;
const ON_A_DISK = { ignore: !canMount };
/** Windows has other links and modes. */
const POSIX = { ignore: process.platform === "win32" };

/** A file of some keys, closed. */
function makeFile(path: string): Uint8Array {
  const keyspace = openKeyspace(path);
  keyspace.atomically("write", () => {
    for (let i = 0; i < KEYS; i++) {
      keyspace.set(`key:${i}`, "v".repeat(500), Infinity);
    }
  });
  keyspace.close();
  return readFileSync(path);
}

/** Opens a file and reads all of it. */
function readAll(path: string): number {
  const keyspace = openKeyspace(path, { busyTimeout: 200 });
  try {
    let count = 0;
    for (let i = 0; i < KEYS; i++) {
      if (keyspace.get(`key:${i}`) !== undefined) count++;
    }
    return count;
  } finally {
    keyspace.close();
  }
}

/** Asserts a `StorageError` that names the file, with the driver's own as its cause. */
function assertFails(
  code: StorageErrorCode,
  path: string,
  run: () => unknown = () => readAll(path),
): StorageError {
  const error = assertThrows(run, StorageError);
  assertEquals(error.code, code, error.message);
  assert(error.message.includes(JSON.stringify(path)), error.message);
  return error;
}

/** Writes to a file's header, or to any other of its databases. */
function change(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.prepare(sql).all();
  database.close();
}

describe("opening a SQLite file", () => {
  it("creates it, and the files beside it, with mode 0600", () => {
    using folder = new Folder();
    const keyspace = openKeyspace(folder.file());
    keyspace.set("a", "1", Infinity);
    const files = readdirSync(folder.path).sort();
    assertEquals(files, ["state.db", "state.db-shm", "state.db-wal"]);
    for (const name of files) {
      assertEquals(statSync(folder.file(name)).mode & 0o777, 0o600, name);
    }
    keyspace.close();
    assertEquals(readdirSync(folder.path), ["state.db"]);
  });

  it(
    "creates it with mode 0600 behind a chain of symbolic links",
    POSIX,
    () => {
      using folder = new Folder();
      mkdirSync(folder.file("data"));
      symlinkSync(folder.file("middle.db"), folder.file("link.db"));
      symlinkSync("data/state.db", folder.file("middle.db"));
      const keyspace = openKeyspace(folder.file("link.db"));
      keyspace.set("a", "1", Infinity);
      const files = readdirSync(folder.file("data")).sort();
      assertEquals(files, ["state.db", "state.db-shm", "state.db-wal"]);
      for (const name of files) {
        assertEquals(statSync(folder.file(`data/${name}`)).mode & 0o777, 0o600);
      }
      keyspace.close();
      symlinkSync("none/state.db", folder.file("broken.db"));
      symlinkSync("round.db", folder.file("round.db"));
      for (const name of ["broken.db", "round.db"]) {
        assertFails("open", folder.file(name));
      }
    },
  );

  it("does not change the mode of an existing file", () => {
    using folder = new Folder();
    makeFile(folder.file());
    chmodSync(folder.file(), 0o640);
    assertEquals(readAll(folder.file()), KEYS);
    assertEquals(statSync(folder.file()).mode & 0o777, 0o640);
  });

  it("recognizes its own files by application_id and user_version", () => {
    using folder = new Folder();
    makeFile(folder.file());
    const database = new DatabaseSync(folder.file());
    const read = (name: string) =>
      Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0];
    assertEquals(read("application_id"), 0x6d617966);
    assertEquals(read("user_version"), 1);
    assertEquals(read("journal_mode"), "wal");
    assertEquals(read("auto_vacuum"), 2);
    assertEquals(read("integrity_check"), "ok");
    database.close();
  });

  it("treats an empty file as a new one", () => {
    using folder = new Folder();
    writeFileSync(folder.file(), "");
    assertEquals(readAll(folder.file()), 0);
  });

  it("takes a string as a path, not as a URI", () => {
    using folder = new Folder();
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      for (const name of ["file:a.db?mode=memory", ":x:", "100%41.db"]) {
        const keyspace = openKeyspace(name);
        keyspace.set("a", "1", Infinity);
        keyspace.close();
        assert(existsSync(folder.file(name)), name);
      }
    } finally {
      process.chdir(before);
    }
  });

  it("opens a separate database for each :memory:", () => {
    const one = openKeyspace(":memory:");
    const other = openKeyspace(":memory:");
    one.set("a", "b".repeat(50_000), Infinity);
    assertEquals(one.length("a"), 50_000);
    assertEquals(other.count(), 0);
    one.close();
    other.close();
    assert(!existsSync(":memory:"));
  });

  it('throws "open" if the directory does not exist, or the path is a directory', () => {
    using folder = new Folder();
    assertFails("open", folder.file("none/state.db"));
    mkdirSync(folder.file("directory"));
    assertFails("open", folder.file("directory"));
  });

  it("accepts its own tables from a restored .dump", () => {
    using folder = new Folder();
    makeFile(folder.file());
    const source = new DatabaseSync(folder.file());
    const tables = source.prepare("SELECT sql FROM sqlite_schema").all()
      .map(({ sql }) => sql).filter((sql) => sql !== null) as string[];
    source.close();
    const restore = (name: string, statements: string[]) => {
      const database = new DatabaseSync(folder.file(name));
      for (const sql of statements) database.exec(sql);
      database.exec(
        "INSERT INTO entries VALUES (1, 1e999, NULL, NULL, NULL, NULL, x'61', x'31')",
      );
      database.close();
      return folder.file(name);
    };
    const restored = restore("restored.db", tables);
    for (let i = 0; i < 2; i++) {
      const keyspace = openKeyspace(restored);
      assertEquals(keyspace.get("a"), "1");
      assertEquals(keyspace.deadline("a"), Infinity);
      keyspace.close();
    }
    assertFails(
      "foreign",
      restore("more.db", [...tables, "CREATE TABLE t (a)"]),
    );
    assertFails("foreign", restore("other.db", tables.slice(0, 1)));
  });

  it('throws "foreign" for a file that is not a database, or is another program\'s', () => {
    using folder = new Folder();
    const text = folder.file("notes.txt");
    const content = "Not a database. ".repeat(1000);
    writeFileSync(text, content);
    assert(assertFails("foreign", text).cause instanceof Error);
    assertEquals(readFileSync(text, "utf8"), content);
    writeFileSync(text, "short");
    assertFails("foreign", text);

    const other = folder.file("other.db");
    change(other, "CREATE TABLE entries (anything)");
    const before = readFileSync(other);
    assertFails("foreign", other);
    assertEquals(readFileSync(other), before);
    change(folder.file("numbered.db"), "PRAGMA application_id = 7");
    assertFails("foreign", folder.file("numbered.db"));
  });

  it('throws "version" for a newer schema, and does not change the file', () => {
    using folder = new Folder();
    makeFile(folder.file());
    change(folder.file(), "PRAGMA user_version = 2");
    const before = readFileSync(folder.file());
    const { message } = assertFails("version", folder.file());
    assert(message.includes("version 2"), message);
    assertEquals(readFileSync(folder.file()), before);
  });

  it('throws "corrupt" for a truncated file', () => {
    using folder = new Folder();
    const whole = makeFile(folder.file());
    const cut = folder.file("cut.db");
    for (const length of [50, 1000, 4096, 100_000, whole.length - 4096]) {
      writeFileSync(cut, whole.subarray(0, length));
      assertFails("corrupt", cut);
    }
  });

  it('throws "corrupt" for a file with flipped bits, once they are read', () => {
    using folder = new Folder();
    const whole = makeFile(folder.file());
    const flipped = folder.file("flipped.db");
    for (const page of [2, 3, 5]) {
      const bytes = Uint8Array.from(whole);
      // The head of each page from there on: what kind of page it is.
      for (let at = page * 4096; at < bytes.length; at += 4096) {
        bytes[at]! ^= 0xff;
      }
      writeFileSync(flipped, bytes);
      assertFails("corrupt", flipped);
    }
    const bytes = Uint8Array.from(whole);
    bytes[0]! ^= 1;
    writeFileSync(flipped, bytes);
    assertFails("foreign", flipped);
  });

  it('throws "readonly" for a file that cannot be written', ON_A_DISK, () => {
    using folder = new Folder();
    makeFile(folder.file());
    using mount = new Mount(folder, "8m");
    copyFileSync(folder.file(), mount.file());
    mount.makeReadOnly();
    assertFails("readonly", mount.file());
    // There is nothing to read, either.
    assertFails("open", mount.file("new.db"));
  });

  it(
    'throws "full" if the disk is full, and loses nothing',
    ON_A_DISK,
    () => {
      using folder = new Folder();
      using mount = new Mount(folder, "2m");
      const keyspace = openKeyspace(mount.file());
      let stored = 0;
      const error = assertThrows(() => {
        for (;;) {
          keyspace.set(`key:${stored}`, "v".repeat(3000), Infinity);
          stored++;
        }
      }, StorageError);
      assertEquals(error.code, "full");
      assert(stored > 50);
      assertFails(
        "full",
        mount.file(),
        () => keyspace.append("key:0", "v".repeat(3_000_000)),
      );
      // Caught or not, a step that met the end of the disk leaves no trace.
      assertFails(
        "full",
        mount.file(),
        () =>
          keyspace.atomically("write", () => {
            for (let i = 0; i < 1000; i++) {
              try {
                keyspace.set(`more:${i}`, "v".repeat(3000), Infinity);
              } catch {
                // What a batch may do.
              }
            }
          }),
      );
      assertEquals(keyspace.count(), stored);
      for (let i = 0; i < stored; i++) {
        assertEquals(keyspace.length(`key:${i}`), 3000);
      }
      keyspace.close();
      const again = openKeyspace(mount.file());
      assertEquals(again.count(), stored);
      again.close();
    },
  );

  it('throws "busy" after the timeout, in a call and in a transaction', () => {
    using folder = new Folder();
    const holder = openKeyspace(folder.file());
    const waiter = openKeyspace(folder.file(), { busyTimeout: 50 });
    holder.set("a", "1", Infinity);
    holder.atomically("write", () => {
      holder.set("a", "2", Infinity);
      assertFails("busy", folder.file(), () => waiter.set("a", "3", Infinity));
      assertFails(
        "busy",
        folder.file(),
        () => waiter.atomically("write", () => 0),
      );
      // A read needs no lock, and sees what was there before.
      assertEquals(waiter.get("a"), "1");
    });
    assertEquals(waiter.get("a"), "2");
    waiter.set("a", "3", Infinity);
    assertEquals(holder.get("a"), "3");
    holder.close();
    waiter.close();
  });

  it("can be closed by each way, in any order", () => {
    using folder = new Folder();
    const keyspace = openKeyspace(folder.file(), { sweepInterval: 1000 });
    keyspace.set("a", "1", Infinity);
    keyspace.close();
    keyspace.shutdown();
    keyspace.close();
    const calls: (() => unknown)[] = [
      () => keyspace.get("a"),
      () => keyspace.set("a", "2", Infinity),
      () => keyspace.append("a", "2"),
      () => keyspace.delete("a"),
      () => keyspace.expire("a", Infinity),
      () => keyspace.count(),
      () => keyspace.clear(),
      () => keyspace.keys(),
      () => keyspace.scan(0, 10),
      () => keyspace.random(),
      () => keyspace.atomically("write", () => 0),
      () => keyspace.atomically("read", () => 0),
    ];
    for (const call of calls) assertFails("closed", folder.file(), call);
    const open = openKeyspace(folder.file());
    assertEquals(open.get("a"), "1");
    assertFails("closed", folder.file(), () =>
      open.atomically("write", () => {
        open.set("a", "2", Infinity);
        open.close();
      }));
    const again = openKeyspace(folder.file());
    assertEquals(again.get("a"), "1");
    again.close();
  });

  it("logs no warning for a good file", () => {
    using folder = new Folder();
    const logger = new LineLogger();
    openKeyspace(folder.file(), { log: new LogLines(logger) }).close();
    assertEquals(logger.lines, []);
  });
});
