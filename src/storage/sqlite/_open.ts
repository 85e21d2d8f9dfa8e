/** Opening a file: what is checked, in which order, and the pragmas with the reason for each. */

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
  /** `undefined` for a database in memory. */
  watch: FileWatch | undefined;
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
      return connect(options, errors);
    } catch (error) {
      // Switching to WAL, for one, fails without SQLite's having waited.
      const worded = errors.from(error, OPEN);
      const { code } = Object(worded) as Partial<StorageError>;
      if (code === "busy" && lock.wait()) continue;
      // SQLite cannot make the files beside one on a disk that may not be written.
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
    // Before any other statement: each of those below may meet another process's lock.
    connection.pragma(`busy_timeout = ${Math.min(busyTimeout, 1000)}`);
    const { version, isComplete } = readSchema(connection, errors);
    if (version === 0) {
      // So that free pages can be given back in small steps. Of no effect once there is a table.
      connection.pragma("auto_vacuum = INCREMENTAL");
    }
    // SQLite's own name of it is absolute, and no symbolic link.
    const { file } = connection.statement<{ file: string }>(FILE).get()!;
    const journal = isFile
      ? chooseJournal(connection, errors, {
        file,
        shown: path,
        isNew: version === 0,
      })
      : undefined;
    release = journal?.release;
    // What is committed outlives the process; a sync for each commit would cost ms.
    connection.pragma("synchronous = NORMAL");
    // In KiB. The default of 2 MiB is soon too little for the index of the keys.
    connection.pragma("cache_size = -16384");
    // The WAL is cut to this many bytes when it starts from its beginning again.
    connection.pragma("journal_size_limit = 4194304");
    if (version < SCHEMA_VERSION || !isComplete) {
      upgradeSchema(connection, errors);
    }
    // From now on the waits are our own: see _wait.ts.
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
