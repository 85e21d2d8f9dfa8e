/** What the tests of the file share. */
import {
  SqliteKeyspace,
  type SqliteKeyspaceOptions,
} from "../../../src/storage/sqlite/_keyspace.ts";
import { execFileSync } from "node:child_process";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";

/** A folder that is gone with the block. */
export class Folder {
  readonly path: string;

  /** @param parent The folder that it is made in. */
  constructor(parent: string = tmpdir()) {
    this.path = mkdtempSync(join(parent, "mayfly-"));
  }

  /** The path of a file in it. */
  file(name: string = "state.db"): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: "ignore" });
}

/** Whether a {@linkcode Mount} can be made: that takes root, a right of its own, and a command. */
export const canMount: boolean = process.platform === "linux" && tryMount();
if (!canMount) {
  console.warn("Left out: files on mounts. To run them, be root on Linux.");
}

function tryMount(): boolean {
  const path = mkdtempSync(join(tmpdir(), "mayfly-mount-"));
  try {
    run("mount", "-t", "tmpfs", "mayfly-test", path);
    run("umount", path);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(path);
  }
}

/** Shows a file under another path as well, as a container does whose folder is not shared. */
export class FileMount {
  readonly path: string;

  constructor(file: string, folder: string) {
    mkdirSync(folder);
    this.path = join(folder, "state.db");
    writeFileSync(this.path, "");
    run("mount", "--bind", file, this.path);
  }

  [Symbol.dispose](): void {
    run("umount", "--lazy", this.path);
  }
}

/** A small disk of its own in a folder, which takes the right to mount one. */
export class Mount {
  readonly #path: string;

  constructor(folder: Folder, size: string) {
    this.#path = folder.file("disk");
    mkdirSync(this.#path);
    run("mount", ...["-t", "tmpfs", "-o", `size=${size}`], "test", this.#path);
  }

  /** The path of a file on it. */
  file(name: string = "state.db"): string {
    return join(this.#path, name);
  }

  makeReadOnly(): void {
    run("mount", "-o", "remount,ro", this.#path);
  }

  [Symbol.dispose](): void {
    run("umount", this.#path);
  }
}

/** Makes a file use a rollback journal: one with a second name may have no WAL. */
export function useRollbackJournal(path: string): void {
  const database = new DatabaseSync(path);
  database.prepare("PRAGMA journal_mode = DELETE").get();
  database.close();
  linkSync(path, `${path}.link`);
}

/** A clock that a test sets. */
export class Clock {
  /** Ms since the epoch. */
  time: number = 1_800_000_000_000;

  readonly now = (): number => this.time;
}

/** A keyspace on a file, with a clock that stands still and no sweeper unless told otherwise. */
export function openKeyspace(
  path: string,
  options: Partial<SqliteKeyspaceOptions> = {},
): SqliteKeyspace {
  return new SqliteKeyspace({
    path,
    now: Date.now,
    sweepInterval: Infinity,
    busyTimeout: 5000,
    maxBytes: Infinity,
    policy: "soonest",
    log: undefined,
    ...options,
  });
}

/** Numbers that look random and are the same each time. */
export function makeRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Waits, for as many ms. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
