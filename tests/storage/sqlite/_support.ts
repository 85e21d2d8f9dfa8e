/** What the tests of the file share. */
import {
  SqliteKeyspace,
  type SqliteKeyspaceOptions,
} from "../../../src/storage/sqlite/_keyspace.ts";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
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

/** Whether a {@linkcode Mount} can be made: by root on Linux, as in CI. */
export const canMount: boolean = process.platform === "linux" &&
  process.getuid?.() === 0;

/** A small disk of its own in a folder, which takes the right to mount one. */
export class Mount {
  readonly #path: string;

  constructor(folder: Folder, size: string) {
    this.#path = folder.file("disk");
    mkdirSync(this.#path);
    execFileSync("mount", [
      ...["-t", "tmpfs", "-o", `size=${size}`],
      ...["mayfly-test", this.#path],
    ]);
  }

  /** The path of a file on it. */
  file(name: string = "state.db"): string {
    return join(this.#path, name);
  }

  makeReadOnly(): void {
    execFileSync("mount", ["-o", "remount,ro", this.#path]);
  }

  [Symbol.dispose](): void {
    execFileSync("umount", [this.#path]);
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
