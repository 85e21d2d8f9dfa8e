/** A file and the processes that have it open. */
import { StorageError } from "@mayfly/store";
import { runtime } from "@mayfly/store/runtime";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { once } from "node:events";
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { isReadOnly } from "../../../src/storage/sqlite/_file.ts";
import {
  delay,
  Folder,
  useRollbackJournal,
} from "../../storage/sqlite/_support.ts";
import { nodePath } from "../../tools/runtimes.js";
import { contend } from "./contention/run.ts";
import { runProgram, startProgram } from "./run_program.ts";

const SOURCE = new URL(
  "../../../src/storage/sqlite/sqlite_storage.ts",
  import.meta.url,
).href;

describe("a file of several processes", () => {
  it("loses no acknowledged write, on three runtimes at once, with kills", async () => {
    const { acknowledged, killed } = await contend({
      processes: 4,
      seconds: 5,
    });
    assert(acknowledged > 0);
    assert(killed > 0);
  });

  it("loses nothing with a rollback journal either", async () => {
    const { acknowledged, killed } = await contend({
      processes: 4,
      seconds: 4,
      rollbackJournal: true,
    });
    assert(acknowledged > 0);
    assert(killed > 0);
  });

  it('is "busy" while a stopped process holds its lock, and usable after', async () => {
    using folder = new Folder();
    const holder = startProgram("sqlite_hold", {
      args: [folder.file()],
      denoPermissions: ["--allow-all"],
    });
    try {
      await once(holder.stdout!, "data");
      // Not `holder.kill`: on Deno it does nothing from the second signal on.
      process.kill(holder.pid!, "SIGSTOP");
      using storage = new SqliteStorage(folder.file(), { busyTimeout: 100 });
      for (
        const write of [
          () => storage.set("a", "1"),
          () => storage.incr("a"),
          () => storage.batch(() => storage.set("a", "1")),
        ]
      ) {
        assertEquals(assertThrows(write, StorageError).code, "busy");
      }
      assertEquals(storage.get("committed"), "1");
      assertEquals(storage.get("uncommitted"), null);
      const ended = once(holder, "exit");
      process.kill(holder.pid!, "SIGKILL");
      await ended;
      assertEquals(storage.incr("a"), 1);
      assertEquals(storage.get("uncommitted"), null);
    } finally {
      if (holder.exitCode === null && holder.signalCode === null) {
        process.kill(holder.pid!, "SIGKILL");
      }
    }
  });

  it("neither keeps a process alive nor loses what it wrote last", async () => {
    using folder = new Folder();
    const { code, stdout, stderr } = await runProgram("sqlite_open", {
      args: [folder.file()],
      denoPermissions: ["--allow-all"],
    });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(JSON.parse(stdout).code, undefined);
    using storage = new SqliteStorage(folder.file());
    assertEquals(storage.get("thread:1"), "[]");
  });

  it("stays locked when a process also opens, reads and closes it", async () => {
    using folder = new Folder();
    const path = folder.file();
    new SqliteStorage(path).close();
    useRollbackJournal(path);
    const holder = new DatabaseSync(path);
    holder.exec("BEGIN IMMEDIATE");
    for (let i = 0; i < 2; i++) {
      using storage = new SqliteStorage(path);
      assertEquals(storage.get("a"), null);
      await delay(60);
      // Looks whether the file is still the one on the disk.
      assertEquals(storage.get("a"), null);
    }
    isReadOnly(path);
    const { stdout } = await runProgram("sqlite_open", {
      args: [path, "0"],
      denoPermissions: ["--allow-all"],
    });
    assertEquals(JSON.parse(stdout).code, "busy");
    holder.exec("COMMIT");
    holder.close();
  });

  it("is created under Node's --permission only with permission, with mode 0600", () => {
    using folder = new Folder();
    const path = folder.file();
    const program = `
      import(${JSON.stringify(SOURCE)}).then(({ SqliteStorage }) => {
        try {
          new SqliteStorage(${JSON.stringify(path)}).set("a", "1");
        } catch (error) {
          console.log(error.code);
        }
      });`;
    const run = (...flags: string[]) =>
      execFileSync(nodePath(24), [
        ...["--no-warnings", "--permission", "--allow-fs-read=*"],
        ...[...flags, "-e", program],
      ], { encoding: "utf8" });
    assertEquals(run(), "open\n");
    assert(!existsSync(path));
    assertEquals(run(`--allow-fs-write=${path}`), "");
    assertEquals(statSync(path).mode & 0o077, 0);
  });

  // The other runtimes have no permission to withhold.
  if (runtime === "deno") {
    const FILE_SYSTEM = "Cannot tell the file system of ";
    for (const kind of ["", "--allow-read", "--allow-write"]) {
      it(`is not opened on Deno with only ${kind || "no flag"}, without a prompt`, async () => {
        using folder = new Folder();
        const { code, stdout, stderr } = await runProgram("sqlite_open", {
          args: [folder.file()],
          denoPermissions: kind === "" ? [] : [kind],
        });
        assertEquals({ code, stderr }, { code: 0, stderr: "" });
        assertEquals(JSON.parse(stdout), { code: "open", lines: [] });
        assert(!existsSync(folder.file()));
      });
    }

    it("needs on Deno the permission to read and write the file itself", async () => {
      using folder = new Folder();
      const path = folder.file();
      const permissions = [`--allow-read=${path}`, `--allow-write=${path}`];
      for (const more of [[], ["--allow-sys=statfs"]]) {
        const { code, stdout, stderr } = await runProgram("sqlite_open", {
          args: [path],
          denoPermissions: [...permissions, ...more],
        });
        assertEquals({ code, stderr }, { code: 0, stderr: "" });
        const result: { code?: string; lines: string[] } = JSON.parse(stdout);
        assertEquals(result.code, undefined);
        assertEquals(
          result.lines.filter((line) => line.startsWith(FILE_SYSTEM)).length,
          more.length === 0 ? 1 : 0,
        );
      }
    });
  }
});
