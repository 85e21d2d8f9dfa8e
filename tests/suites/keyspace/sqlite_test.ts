/** The keyspace in a file, plain, bounded and with a rollback journal, and in memory. */

import { accessSync, constants } from "node:fs";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import type { SqliteKeyspaceOptions } from "../../../src/storage/sqlite/_keyspace.ts";
import {
  Clock,
  Folder,
  openKeyspace,
  useRollbackJournal,
} from "../../storage/sqlite/_support.ts";
import { keyspaceSuite, type MakeKeyspace } from "./suite.ts";

/**
 * A folder in memory, where there is one that can be written: Deno asks for all rights there.
 * Without it no commit waits for the disk, which would be a minute for the rollback journal.
 */
const MEMORY_DISK = findMemoryDisk();
if (MEMORY_DISK === undefined) {
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (sql, ...rest) {
    sql = sql.replace("synchronous = NORMAL", "synchronous = OFF");
    return prepare.call(this, sql, ...rest);
  };
}

function findMemoryDisk(): string | undefined {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return undefined;
  }
}

/**
 * One file for all tests of a suite, which stays open: made anew for each of hundreds, it would
 * wait for the disk each time.
 */
function onFile(
  options: Partial<SqliteKeyspaceOptions>,
  { prepare, parent }: { prepare?(path: string): void; parent?: string } = {},
): MakeKeyspace {
  const folder = new Folder(parent);
  const clock = new Clock();
  const open = (busyTimeout: number) =>
    openKeyspace(folder.file(), { now: clock.now, busyTimeout, ...options });
  open(5000).close();
  prepare?.(folder.file());
  const keeper = open(5000);
  process.on("exit", () => {
    keeper.close();
    folder[Symbol.dispose]();
  });
  return () => {
    keeper.clear();
    return {
      keyspace: open(5000),
      clock,
      // In this thread it waits in vain.
      another: () => open(1),
    };
  };
}

keyspaceSuite("SqliteKeyspace", onFile({}));

keyspaceSuite(
  "SqliteKeyspace with a bound",
  onFile({ maxBytes: 64 * 1024 * 1024 }),
);

keyspaceSuite(
  "SqliteKeyspace with a rollback journal",
  onFile({}, {
    prepare: useRollbackJournal,
    ...MEMORY_DISK && { parent: MEMORY_DISK },
  }),
);

keyspaceSuite("SqliteKeyspace in memory", () => {
  const clock = new Clock();
  return { keyspace: openKeyspace(":memory:", { now: clock.now }), clock };
});
