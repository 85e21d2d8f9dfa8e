/** Opening a file: what is checked, in which order, and the pragmas with the reason for each. */

import { StorageError } from "../../base/errors.ts";
import { printable } from "../../base/_checks.ts";
import type { LogLines } from "../_log_lines.ts";
import { Connection } from "./_driver.ts";
import { isBusy, StorageErrors } from "./_errors.ts";
import {
  createPrivately,
  isDiskFull,
  isReadOnly,
  mayOpen,
  MEMORY,
  type Safety,
  safetyOf,
  toFileName,
} from "./_file.ts";
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from "./_schema.ts";
import { LockWait } from "./_wait.ts";

const OPEN = "open";

const VERSION = "SELECT sqlite_version() AS version";
const TABLES = "SELECT count(*) AS tables FROM sqlite_schema";

/** What a file is opened with. */
export interface OpenOptions {
  path: string;
  /** How long, in ms, to wait for another process. */
  busyTimeout: number;
  log: LogLines | undefined;
}

/** An open file. */
export interface OpenFile {
  connection: Connection;
  errors: StorageErrors;
}

/**
 * Opens a file, or makes it.
 *
 * @throws {StorageError} It cannot be opened.
 */
export function openFile(options: OpenOptions): OpenFile {
  const { path, busyTimeout } = options;
  const errors = new StorageErrors(path, () => isDiskFull(path));
  if (path !== MEMORY && !mayOpen(path)) {
    throw errors.of("open", {
      action: OPEN,
      reason: "the program has no permission to read and write it",
    });
  }
  const lock = new LockWait(busyTimeout);
  for (;;) {
    try {
      return { connection: connect(options, errors), errors };
    } catch (error) {
      // Switching to WAL, for one, fails without SQLite's having waited.
      const worded = errors.from(error, OPEN);
      const isLocked = worded instanceof StorageError && worded.code === "busy";
      if (isLocked && lock.wait()) continue;
      // SQLite cannot make the files beside one on a disk that may not be written.
      const isRefused = worded instanceof StorageError &&
        worded.code === "open" && isReadOnly(path);
      throw isRefused
        ? errors.of("readonly", { action: OPEN, cause: error })
        : worded;
    }
  }
}

function connect(options: OpenOptions, errors: StorageErrors): Connection {
  const { path, busyTimeout, log } = options;
  if (path !== MEMORY) createPrivately(path);
  const connection = new Connection(toFileName(path));
  try {
    // Before any other statement: each of those below may meet another process's lock.
    connection.pragma(`busy_timeout = ${Math.min(busyTimeout, 1000)}`);
    const version = readOwner(connection, errors);
    if (version === 0) {
      // So that free pages can be given back in small steps. Of no effect once there is a table.
      connection.pragma("auto_vacuum = INCREMENTAL");
    }
    const note = path === MEMORY
      ? undefined
      : chooseJournal(connection, errors, { path, isNew: version === 0 });
    // What is committed outlives the process; a sync for each commit would cost ms.
    connection.pragma("synchronous = NORMAL");
    // In KiB. The default of 2 MiB is soon too little for the index of the keys.
    connection.pragma("cache_size = -16384");
    // The WAL is cut to this many bytes when it starts anew.
    connection.pragma("journal_size_limit = 4194304");
    if (version < SCHEMA_VERSION) upgrade(connection, errors);
    // From now on the waits are our own: see _sqlite_wait.ts.
    connection.pragma("busy_timeout = 0");
    if (note !== undefined) log?.[note.level](note.line);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** {@linkcode checkOwner} as of one moment: another process may be making the tables right now. */
function readOwner(connection: Connection, errors: StorageErrors): number {
  connection.statement("BEGIN").run();
  const version = checkOwner(connection, errors);
  connection.statement("COMMIT").run();
  return version;
}

/** The schema's version of a file that is ours, 0 for an empty one; within a transaction. */
function checkOwner(connection: Connection, errors: StorageErrors): number {
  const application = connection.pragma("application_id");
  const version = Number(connection.pragma("user_version"));
  if (application !== APPLICATION_ID) {
    const { tables } = connection.statement<{ tables: number }>(TABLES).get()!;
    if (application === 0 && version === 0 && tables === 0) return 0;
    throw errors.of("foreign", {
      action: OPEN,
      reason: "it is another program's database",
    });
  }
  if (version > SCHEMA_VERSION) {
    throw errors.of("version", {
      action: OPEN,
      reason:
        `a newer version of this package wrote it (its tables are version ${version}, the newest known is ${SCHEMA_VERSION})`,
    });
  }
  return version;
}

function upgrade(connection: Connection, errors: StorageErrors): void {
  connection.statement("BEGIN IMMEDIATE").run();
  try {
    // Another process may have been quicker.
    const version = checkOwner(connection, errors);
    if (version < SCHEMA_VERSION) migrate(connection, version);
    connection.statement("COMMIT").run();
  } catch (error) {
    try {
      connection.statement("ROLLBACK").run();
    } catch {
      // SQLite has done so by itself.
    }
    throw error;
  }
}

/** Whether a SQLite may lose a checkpoint's pages when a WAL is started anew. */
export function hasWalResetBug(version: string): boolean {
  const [major, minor, patch] = version.split(".").map(Number) as [
    number,
    number,
    number,
  ];
  if (major !== 3) return major < 3;
  if (minor === 44) return patch < 6;
  if (minor === 50) return patch < 7;
  return minor < 51 || (minor === 51 && patch < 3);
}

/** A line for the log, once the file is open. */
interface Note {
  level: "debug" | "warn";
  line: string;
}

/**
 * WAL, where it is safe; a rollback journal elsewhere, which is slower. A file that is there
 * and has a rollback journal keeps it: somebody who has it open may need that.
 *
 * @throws {StorageError} `"busy"`: WAL is not safe here, and another process has the file in it.
 */
function chooseJournal(
  connection: Connection,
  errors: StorageErrors,
  { path, isNew }: { path: string; isNew: boolean },
): Note | undefined {
  const safety: Safety = safetyOf(path);
  const reason = reasonAgainstWal(connection, safety);
  const isWal = connection.pragma("journal_mode") === "wal";
  if (reason !== undefined) {
    if (isWal) leaveWal(connection, errors, reason);
    return {
      level: "warn",
      line: `Using a rollback journal for ${printable(path)}: ${reason}`,
    };
  }
  if (isNew && !isWal) connection.pragma("journal_mode = WAL");
  return safety === "unknown"
    ? {
      level: "debug",
      line: `Cannot tell the file system of ${
        printable(path)
      }: taking it for one of this machine`,
    }
    : undefined;
}

/** Takes the place of the WAL, which nobody else may have open then. */
function leaveWal(
  connection: Connection,
  errors: StorageErrors,
  reason: string,
): void {
  try {
    connection.pragma("journal_mode = DELETE");
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw errors.of("busy", {
      action: OPEN,
      reason: `another process has it open in WAL mode, and ${reason}`,
      cause: error,
    });
  }
}

function reasonAgainstWal(
  connection: Connection,
  safety: Safety,
): string | undefined {
  const { version } = connection.statement<{ version: string }>(VERSION)
    .get()!;
  if (hasWalResetBug(version)) {
    return `SQLite ${version} may damage a file in WAL mode`;
  }
  return safety === "unsafe"
    ? "its file system is shared with other machines"
    : undefined;
}
