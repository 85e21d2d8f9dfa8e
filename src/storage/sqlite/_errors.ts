/** Converts the errors of the driver to `StorageError`s. */

import { quote } from "../../base/_checks.ts";
import { outOfMemory } from "../../redis/_values.ts";
import { StorageError, type StorageErrorCode } from "../../base/errors.ts";

/**
 * The properties that the drivers of the three runtimes set on an error. An error is recognized by
 * them, not by its class: in a realm of its own, as a test runner makes one, the error has a class
 * of another realm.
 */
interface DriverError extends Error {
  code?: unknown;
  errcode?: unknown;
}

/** SQLite's primary result codes. */
const BUSY = 5;
const LOCKED = 6;
/** SQLite itself detects that a file with a rollback journal was deleted or moved. */
const MOVED = 8 | 4 << 8;
const CODES: Record<number, StorageErrorCode> = {
  3: "open",
  [BUSY]: "busy",
  [LOCKED]: "busy",
  8: "readonly",
  11: "corrupt",
  13: "full",
  14: "open",
  23: "open",
  26: "foreign",
};

/**
 * SQLite's messages for result codes: on Deno the error of a failed open has no code.
 */
const WORDS: [words: string, code: number][] = [
  ["unable to open database file", 14],
  ["database is locked", BUSY],
  ["file is not a database", 26],
  ["readonly database", 8],
  ["malformed", 11],
  ["disk is full", 13],
];

const REASONS: Record<StorageErrorCode, string> = {
  open:
    "there is no such directory, a directory is in its place, or there is no permission",
  foreign: "it is no database of this package",
  version: "a newer version of this package wrote it",
  busy: "another process held it for longer than the wait",
  full: "the disk is full",
  readonly: "it may not be written",
  corrupt: "its content is damaged",
  closed: "it is closed",
  unavailable: "this runtime has no built-in SQLite",
  io: "the file system failed",
};

/** The reason for closing a file that was replaced on the disk. */
export const REPLACED =
  "it was deleted, or another file was put in its place, while it was open";

/** SQLite's primary result code of an error; `undefined` if the error is not the driver's. */
function resultCode(error: unknown): number | undefined {
  const { code, errcode, message } = Object(error) as DriverError;
  if (code !== "ERR_SQLITE_ERROR") return undefined;
  if (typeof errcode === "number") return errcode & 0xff;
  return WORDS.find(([words]) => message.includes(words))?.[1] ?? 0;
}

/** Whether another connection holds a lock that the call needs. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

/** Creates the errors of one file. */
export class StorageErrors {
  readonly #name: string;
  readonly #isDiskFull: () => boolean;
  /** Whether the file has reached its bound: then it is full although the disk may not be. */
  isAtBound: () => boolean = () => false;
  /** The reason why the file was closed before its owner closed it. */
  lost: string | undefined;

  /**
   * @param name The path as it was given.
   * @param isDiskFull Whether the disk is full, which may be the cause of a file-system error.
   */
  constructor(name: string, isDiskFull: () => boolean) {
    this.#name = quote(name);
    this.#isDiskFull = isDiskFull;
  }

  /** An error with a code. */
  of(
    code: StorageErrorCode,
    options: { action?: string; reason?: string; cause?: unknown } = {},
  ): StorageError {
    const { action = "use", reason = REASONS[code], cause } = options;
    return new StorageError(
      code,
      `Cannot ${action} ${this.#name}: ${reason}`,
      cause === undefined ? undefined : { cause },
    );
  }

  /** The error of a call after the file was closed. */
  closed(): StorageError {
    const { lost: reason } = this;
    return reason === undefined ? this.of("closed") : this.of("io", { reason });
  }

  /** Converts an error of the driver; returns any other error unchanged. */
  from(error: unknown, action?: string): unknown {
    const options = { ...action !== undefined && { action }, cause: error };
    if ((Object(error) as DriverError).name === "NotCapable") {
      return this.of("open", options);
    }
    const result = resultCode(error);
    if (result === undefined) return error;
    if ((error as DriverError).errcode === MOVED) {
      return this.of("io", { ...options, reason: REPLACED });
    }
    const code = CODES[result] ?? "io";
    if (code === "full" && this.isAtBound() && !this.#isDiskFull()) {
      return outOfMemory();
    }
    if (code === "io" && this.#isDiskFull()) return this.of("full", options);
    return this.of(code, options);
  }
}
