/**
 * Chooses the journal of a file: WAL where it is safe, because each write is many times faster and
 * readers do not wait for a writer; a rollback journal elsewhere.
 */

import { printable } from "../../base/_checks.ts";
import { Connection } from "./_driver.ts";
import { isBusy, type StorageErrors } from "./_errors.ts";
import { createPrivately, identify, mayOpen, remove } from "./_file.ts";
import { placeOf } from "./_mounts.ts";

const VERSION = "SELECT sqlite_version() AS version";
/** The suffix of the marker file beside a database: see {@linkcode lockMark}. */
const MARK = "-rollback";
/** The first read of a transaction takes the shared lock. */
const SHARE = "SELECT count(*) FROM sqlite_schema";
const EXCLUDE = "BEGIN EXCLUSIVE";

/** A line for the log, once the file is open. */
export interface Note {
  level: "debug" | "warn";
  line: string;
}

/** The journal that was chosen for an open file. */
export interface Journal {
  isWal: boolean;
  /** The reason why WAL is not safe. */
  reason?: string | undefined;
  note?: Note | undefined;
  /** Releases the lock that keeps other processes from switching the file to WAL. */
  release(): void;
}

/**
 * Chooses the journal of a file and sets it.
 *
 * @param file The absolute path of the file.
 * @param shown The path as it was given.
 * @throws {StorageError} `"busy"`: WAL is not safe here, and another process has the file open in
 *   WAL mode.
 */
export function chooseJournal(
  connection: Connection,
  errors: StorageErrors,
  { file, shown, isNew }: { file: string; shown: string; isNew: boolean },
): Journal {
  const { reason = reasonOfVersion(connection), unknown } = placeOf(file);
  const name = printable(shown);
  if (reason !== undefined) {
    return keepRollback(
      file,
      {
        level: "warn",
        line: `Using a rollback journal for ${name}: ${reason}`,
      },
      () => leaveWal(connection, errors, reason),
      reason,
    );
  }
  if (!isInWal(connection) && !moveToWal(connection, file, isNew)) {
    return keepRollback(file, {
      level: "warn",
      line:
        `Using a rollback journal for ${name}: another process has it open with one, or may have`,
    });
  }
  const note: Note | undefined = unknown
    ? {
      level: "debug",
      line:
        `Cannot tell the file system of ${name}: taking it for one of this machine`,
    }
    : undefined;
  return { isWal: true, note, release() {} };
}

function keepRollback(
  file: string,
  note: Note,
  leave?: () => void,
  reason?: string,
): Journal {
  const mark = lockMark(file, "BEGIN");
  const release = () => releaseMark(mark, file);
  try {
    leave?.();
  } catch (error) {
    release();
    throw error;
  }
  return { isWal: false, reason, note, release };
}

function isInWal(connection: Connection): boolean {
  return connection.pragma("journal_mode") === "wal";
}

/** Switches a file to WAL, if no other process has it open. Returns whether it did. */
function moveToWal(
  connection: Connection,
  file: string,
  isNew: boolean,
): boolean {
  let mark: Connection | undefined;
  try {
    mark = lockMark(file, EXCLUDE);
    // No process can have marked a file that is just being created.
    if (mark === undefined && !isNew) return false;
    connection.pragma("journal_mode = WAL");
    return true;
  } catch (error) {
    // The caller opens a new file again: another process is creating its tables. An existing file
    // can be used as it is, even on a full disk.
    if (isNew) throw error;
    return false;
  } finally {
    removeMark(mark, file);
  }
}

/** Leaves WAL, which is possible only if no other process has the file open. */
function leaveWal(
  connection: Connection,
  errors: StorageErrors,
  reason: string,
): void {
  try {
    if (isInWal(connection)) connection.pragma("journal_mode = DELETE");
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw errors.of("busy", {
      action: "open",
      reason: `another process has it open in WAL mode, and ${reason}`,
      cause: error,
    });
  }
}

function reasonOfVersion(connection: Connection): string | undefined {
  const { version } = connection.statement<{ version: string }>(VERSION)
    .get()!;
  return hasWalResetBug(version)
    ? `SQLite ${version} may damage a file in WAL mode`
    : undefined;
}

/**
 * Whether this version of SQLite may lose pages of a checkpoint when the WAL restarts from its
 * beginning.
 */
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

/**
 * Locks an empty file beside the database. A process that has the database open with a rollback
 * journal holds a shared lock, because an idle connection of SQLite leaves no trace. A process that
 * switches the database to WAL takes an exclusive lock, because WAL may be unsafe for the holders
 * of a shared one. A lock ends with its process, however that ends.
 *
 * @returns `undefined` if the file cannot be created.
 * @throws The driver's error: another process has the lock.
 */
function lockMark(file: string, lock: string): Connection | undefined {
  const path = `${file}${MARK}`;
  if (!mayOpen(path)) return undefined;
  for (;;) {
    let mark: Connection | undefined;
    try {
      createPrivately(path);
      const opened = identify(path);
      mark = new Connection(path);
      // Longer than any process needs the exclusive lock.
      mark.pragma("busy_timeout = 200");
      mark.statement(lock).run();
      mark.statement(SHARE).get();
      // Another process may have just removed it.
      if (opened !== "" && identify(path) === opened) return mark;
    } catch (error) {
      mark?.close();
      if (isBusy(error)) throw error;
      return undefined;
    }
    mark.close();
  }
}

function releaseMark(mark: Connection | undefined, file: string): void {
  if (mark === undefined || mark.closed) return;
  try {
    mark.statement("COMMIT").run();
    mark.pragma("busy_timeout = 0");
    mark.statement(EXCLUDE).run();
    removeMark(mark, file);
  } catch {
    // Another process holds it.
    mark.close();
  }
}

/**
 * Removes the file while it is locked: a process that has opened it meanwhile notices that it is
 * gone.
 */
function removeMark(mark: Connection | undefined, file: string): void {
  if (mark === undefined) return;
  remove(`${file}${MARK}`);
  mark.close();
}
