/**
 * The journal of a file. WAL, where it is safe: each write is many times faster, and readers do
 * not wait for a writer. A rollback journal elsewhere.
 */

import { printable } from "../../base/_checks.ts";
import { Connection } from "./_driver.ts";
import { isBusy, type StorageErrors } from "./_errors.ts";
import { createPrivately, identify, mayOpen, remove } from "./_file.ts";
import { placeOf } from "./_mounts.ts";

const VERSION = "SELECT sqlite_version() AS version";
/** The end of the name of the file beside a database: see {@linkcode lockMark}. */
const MARK = "-rollback";
/** Its first read takes the lock. */
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
  /** Why it may have no WAL. */
  reason?: string | undefined;
  note?: Note | undefined;
  /** Gives up what keeps others from moving the file to WAL. */
  release(): void;
}

/**
 * Chooses the journal of a file and sets it.
 *
 * @param file The absolute path of the file.
 * @param shown The path as it was given.
 * @throws {StorageError} `"busy"`: WAL is not safe here, and another process has the file in it.
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

/** Moves a file to WAL, if nobody else has it open. Returns whether it did. */
function moveToWal(
  connection: Connection,
  file: string,
  isNew: boolean,
): boolean {
  let mark: Connection | undefined;
  try {
    mark = lockMark(file, EXCLUDE);
    // Nobody can have marked a file that is just being made.
    if (mark === undefined && !isNew) return false;
    connection.pragma("journal_mode = WAL");
    return true;
  } catch (error) {
    // A new file is opened again: another process is making its tables. One that is there can
    // be read as it is, on a full disk, too.
    if (isNew) throw error;
    return false;
  } finally {
    removeMark(mark, file);
  }
}

/** Leaves WAL, which takes that nobody else has the file open. */
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

/** Whether a SQLite may lose a checkpoint's pages when a WAL starts from its beginning again. */
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
 * Locks an empty file beside the database: shared, for as long as this process has that open with
 * a rollback journal, since SQLite has no trace of a connection that is idle; alone, to move the
 * database to WAL, which may be unsafe for those who share the lock. A lock goes with its
 * process, however that ends.
 *
 * @returns `undefined` where the file cannot be made.
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
      // Longer than anybody needs it alone.
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

/** Removes the file while it is locked: who has opened it meanwhile sees that it is gone. */
function removeMark(mark: Connection | undefined, file: string): void {
  if (mark === undefined) return;
  remove(`${file}${MARK}`);
  mark.close();
}
