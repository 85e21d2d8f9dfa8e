/** Opens a file: the checks in their order, and the pragmas with the reason for each. */

import type { StorageError } from "../../base/errors.ts";
import type { LogLines } from "../_log_lines.ts";
import { Connection } from "./_driver.ts";
import { StorageErrors } from "./_errors.ts";
import {
  createPrivately,
  identify,
  isDiskFull,
  isNoSpace,
  isReadOnly,
  mayOpen,
  MEMORY,
  toFileName,
} from "./_file.ts";
import { chooseJournal } from "./_journal_mode.ts";
import { readSchema, SCHEMA_VERSION, upgradeSchema } from "./_schema.ts";
import { LockWait } from "./_wait.ts";
import { FileWatch } from "./_watch.ts";

const OPEN = "open";
const FILE = "SELECT file FROM pragma_database_list WHERE name = 'main'";

/** Options for opening a file. */
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
  /** `undefined` for a database in memory. */
  watch: FileWatch | undefined;
}

/**
 * Opens a file, or creates it.
 *
 * @throws {StorageError} The file cannot be opened.
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
      return connect(options, errors);
    } catch (error) {
      // SQLite does not wait for every lock, for example when it switches to WAL.
      const worded = errors.from(error, OPEN);
      const { code } = Object(worded) as Partial<StorageError>;
      if (code === "busy" && lock.wait()) continue;
      // On a read-only disk SQLite cannot create the files beside the database.
      throw code === "open" && isReadOnly(path)
        ? errors.of("readonly", { action: OPEN, cause: error })
        : worded;
    }
  }
}

function connect(options: OpenOptions, errors: StorageErrors): OpenFile {
  const { path, busyTimeout, log } = options;
  const isFile = path !== MEMORY;
  if (isFile) create(path, errors);
  const opened = isFile ? identify(path) : undefined;
  const connection = new Connection(toFileName(path));
  let release: (() => void) | undefined;
  try {
    // Before any other statement: each of those below may have to wait for another process's lock.
    connection.pragma(`busy_timeout = ${Math.min(busyTimeout, 1000)}`);
    const { version, isComplete } = readSchema(connection, errors);
    if (version === 0) {
      // So that free pages can be returned to the disk in small steps. Has no effect once there is
      // a table.
      connection.pragma("auto_vacuum = INCREMENTAL");
    }
    // SQLite's name of the file is absolute and has no symbolic links.
    const { file } = connection.statement<{ file: string }>(FILE).get()!;
    const journal = isFile
      ? chooseJournal(connection, errors, {
        file,
        shown: path,
        isNew: version === 0,
      })
      : undefined;
    release = journal?.release;
    // Commits survive the end of the process; a sync for each commit would cost milliseconds.
    connection.pragma("synchronous = NORMAL");
    // In KiB. The default of 2 MiB is too small for the index of many keys.
    connection.pragma("cache_size = -16384");
    // The WAL is truncated to this many bytes when it restarts from its beginning.
    connection.pragma("journal_size_limit = 4194304");
    if (version < SCHEMA_VERSION || !isComplete) {
      upgradeSchema(connection, errors);
    }
    // From now on _wait.ts waits for locks, not SQLite.
    connection.pragma("busy_timeout = 0");
    const watch = journal === undefined ? undefined : new FileWatch({
      ...{ connection, errors, log, journal, opened },
      file: identify(file) === undefined ? path : file,
      shown: path,
    });
    if (journal?.note !== undefined) {
      log?.[journal.note.level](journal.note.line);
    }
    return { connection, errors, watch };
  } catch (error) {
    connection.close();
    release?.();
    throw error;
  }
}

function create(path: string, errors: StorageErrors): void {
  try {
    createPrivately(path);
  } catch (cause) {
    const code = isNoSpace(cause) ? "full" : "open";
    throw errors.of(code, { action: OPEN, cause });
  }
}
