/**
 * Checks whether the open files are still the ones on the disk. Writes to a file, or to a WAL, that
 * was deleted or replaced while it was open succeed and are lost.
 */

import { printable } from "../../base/_checks.ts";
import type { LogLines } from "../_log_lines.ts";
import type { Connection } from "./_driver.ts";
import { isBusy, REPLACED, type StorageErrors } from "./_errors.ts";
import { identify, remove } from "./_file.ts";
import type { Journal } from "./_journal_mode.ts";

const WAL = "-wal";
const WAL_INDEX = "-shm";
const EMPTY_WAL = "PRAGMA wal_checkpoint(TRUNCATE)";
/** Reads the header of the file, and so its journal mode. */
const READ_HEAD = "PRAGMA data_version";

const WAL_GONE = "its WAL was deleted or replaced while it was open";
const STALE =
  "this process has it open still as it was before its WAL was deleted: close that first";

/** Options of {@linkcode FileWatch}. */
export interface WatchOptions {
  connection: Connection;
  errors: StorageErrors;
  log: LogLines | undefined;
  /** The absolute path of the file. */
  file: string;
  /** The path as it was given. */
  shown: string;
  /** The result of `identify` for the file before it was opened. */
  opened: string | undefined;
  journal: Journal;
}

/** Watches the files of one connection, and closes it when they were replaced or deleted. */
export class FileWatch {
  readonly #options: WatchOptions;
  readonly #wal: string | undefined;
  readonly #walIndex: string | undefined;
  /**
   * Whether each write has to check: WAL is not safe for this file, and another process may switch
   * it to WAL.
   */
  readonly beforeEachWrite: boolean;

  /** @throws {StorageError} The files were replaced already. */
  constructor(options: WatchOptions) {
    const { errors, file, opened, journal } = options;
    this.#options = options;
    this.beforeEachWrite = journal.reason !== undefined;
    if (isAnother(opened, identify(file))) {
      throw errors.of("io", { action: "open", reason: REPLACED });
    }
    if (!journal.isWal) return;
    // SQLite creates the WAL with the first read.
    options.connection.statement(READ_HEAD).get();
    this.#wal = identify(file + WAL);
    this.#walIndex = identify(file + WAL_INDEX);
    // All connections of a process to a file share one WAL index, which may be that of a deleted
    // WAL.
    if (this.#wal === "" || this.#walIndex === "") {
      throw errors.of("io", { action: "open", reason: STALE });
    }
  }

  /**
   * Checks the files.
   *
   * @throws {StorageError} They were replaced or deleted; the connection is closed now.
   */
  look(): void {
    const { errors, log, shown, connection } = this.#options;
    if (connection.closed) return;
    const reason = this.#findReason();
    if (reason === undefined) return;
    this.#abandon();
    errors.lost = `${reason}; open it again`;
    const error = errors.closed();
    log?.warn(`Stopped using ${printable(shown)}: ${reason}`);
    throw error;
  }

  /** Closes the connection. */
  close(): void {
    try {
      this.look();
    } catch {
      // The connection is closed now, and the WAL that it left beside another file is removed.
    }
    this.#options.connection.close();
    this.#options.journal.release();
  }

  #findReason(): string | undefined {
    const { file, opened } = this.#options;
    const now = identify(file);
    if (isAnother(opened, now)) return REPLACED;
    const isWalGone = isAnother(this.#wal, identify(file + WAL)) ||
      isAnother(this.#walIndex, identify(file + WAL_INDEX));
    if (isWalGone) return WAL_GONE;
    return this.beforeEachWrite ? this.#findWal() : undefined;
  }

  /** A process that sees the file on another mount may switch it to WAL. */
  #findWal(): string | undefined {
    const { connection, journal } = this.#options;
    try {
      connection.statement(READ_HEAD).get();
      return connection.pragma("journal_mode") === "wal"
        ? `another program moved it to WAL mode, and ${journal.reason}`
        : undefined;
    } catch (error) {
      // Another process is writing: the call itself waits for it.
      if (isBusy(error)) return undefined;
      throw error;
    }
  }

  /** Closes the connection, and leaves no WAL beside a file that it does not belong to. */
  #abandon(): void {
    const { connection, file, opened, journal } = this.#options;
    const now = identify(file);
    // The content of the WAL is copied into a file that was moved away.
    const isOrphan = isAnother(opened, now) && (now !== "" || this.#emptyWal());
    connection.close();
    journal.release();
    if (!isOrphan) return;
    for (const [end, id] of [[WAL, this.#wal], [WAL_INDEX, this.#walIndex]]) {
      if (id && identify(`${file}${end}`) === id) remove(`${file}${end}`);
    }
  }

  #emptyWal(): boolean {
    if (this.#wal === undefined) return false;
    try {
      const { connection } = this.#options;
      return connection.statement<{ busy: number }>(EMPTY_WAL).get()!.busy ===
        0;
    } catch {
      return false;
    }
  }
}

/** Whether two results of `identify` are known to differ. */
function isAnother(
  one: string | undefined,
  other: string | undefined,
): boolean {
  return one !== undefined && other !== undefined && one !== other;
}
