/**
 * The file on the disk: its path, its mode, its identity. Nothing here opens an existing database:
 * closing it again would drop the locks of this process's connections to it.
 */

import { quote } from "../../base/_checks.ts";
import { getBuiltin, isPermitted } from "../../base/runtime.ts";
import { statfs } from "./_mounts.ts";

/** The path of a database in memory, which ends with its connection. */
export const MEMORY = ":memory:";

const MAKE = "make the storage";
const NO_ENTRY = { throwIfNoEntry: false } as const;

interface Status {
  dev: number;
  ino: number;
  atime: Date;
  mtime: Date;
}

interface FileSystem {
  accessSync(path: string, mode: number): void;
  constants: { W_OK: number };
  openSync(path: string, flags: string, mode?: number): number;
  closeSync(descriptor: number): void;
  readlinkSync(path: string): string;
  statSync(
    path: string,
    options: { throwIfNoEntry: false },
  ): Status | undefined;
  unlinkSync(path: string): void;
  utimesSync(path: string, atime: Date, mtime: Date): void;
}

interface PathModule {
  dirname(path: string): string;
  isAbsolute(path: string): boolean;
}

interface UrlModule {
  fileURLToPath(url: string): string;
}

/**
 * The path that was given, as text.
 *
 * @throws {TypeError} It is neither a string nor a URL.
 * @throws {RangeError} It is empty, has a NUL, or is a URL other than `file:`.
 */
export function readPath(path: unknown): string {
  if (isUrl(path)) return readUrl(path);
  if (typeof path !== "string") {
    throw new TypeError(
      `Cannot ${MAKE}: "path" must be a string or a URL: received ${
        quote(path)
      }`,
    );
  }
  if (path === "" || path.includes("\0")) {
    throw new RangeError(
      `Cannot ${MAKE}: "path" must be the path of a file: received ${
        quote(path)
      }`,
    );
  }
  return path;
}

/** A URL of any realm: a test runner may have a class `URL` of its own. */
function isUrl(value: unknown): value is URL {
  const { href, protocol } = Object(value) as Partial<URL>;
  return typeof value === "object" && typeof href === "string" &&
    typeof protocol === "string";
}

function readUrl(url: URL): string {
  try {
    const path = getBuiltin<UrlModule>("url")?.fileURLToPath(url.href);
    if (path !== undefined) return path;
  } catch {
    // Not a `file:` URL.
  }
  throw new RangeError(
    `Cannot ${MAKE}: "path" must be a URL of a file: received one of ${
      quote(url.protocol)
    }`,
  );
}

/** A path that SQLite takes neither for a URI nor for a special name. */
export function toFileName(path: string): string {
  return path === MEMORY || !/^(?:file)?:/i.test(path) ? path : `./${path}`;
}

/** Whether the program may read and write a file without a permission prompt. */
export function mayOpen(path: string): boolean {
  return isPermitted({ name: "read", path }) &&
    isPermitted({ name: "write", path });
}

/**
 * Creates the file, empty and with mode 0600, unless it exists. SQLite gives the files beside it
 * the same mode.
 *
 * @throws The file system's error: the file does not exist and cannot be created. SQLite must not
 *   create it then, because everybody could read it.
 */
export function createPrivately(path: string): void {
  const fs = getBuiltin<FileSystem>("fs");
  // A link may lead to another link: at most as many as Linux follows.
  for (let links = 0; fs !== undefined; links++) {
    try {
      fs.closeSync(fs.openSync(path, "wx", 0o600));
      return;
    } catch (error) {
      if (fs.statSync(path, NO_ENTRY) !== undefined) return;
      const target = links < 40 ? targetOf(path) : undefined;
      if (target === undefined || !mayOpen(target)) throw error;
      path = target;
    }
  }
}

/** The target of a symbolic link, `undefined` if the path is not one. */
function targetOf(path: string): string | undefined {
  const { dirname, isAbsolute } = getBuiltin<PathModule>("path")!;
  try {
    const target = getBuiltin<FileSystem>("fs")!.readlinkSync(path);
    return isAbsolute(target) ? target : `${dirname(path)}/${target}`;
  } catch {
    return undefined;
  }
}

/** Whether a file that SQLite could not open exists, but cannot be written. */
export function isReadOnly(path: string): boolean {
  const fs = getBuiltin<FileSystem>("fs");
  if (fs === undefined || path === MEMORY || !mayOpen(path)) return false;
  try {
    fs.accessSync(path, fs.constants.W_OK);
    // On Deno `accessSync` does not detect a read-only disk.
    const { atime, mtime } = fs.statSync(path, NO_ENTRY)!;
    fs.utimesSync(path, atime, mtime);
    return false;
  } catch (error) {
    const { code } = error as { code?: unknown };
    return code === "EROFS" || code === "EACCES";
  }
}

/** Whether an error of the file system means that the disk is full. */
export function isNoSpace(error: unknown): boolean {
  return Object(error).code === "ENOSPC";
}

/**
 * Identifies the file that a path leads to: two paths with the same result lead to the same file.
 * Empty if there is no file, `undefined` if it cannot be determined.
 */
export function identify(path: string): string | undefined {
  if (!isPermitted({ name: "read", path })) return undefined;
  try {
    const status = getBuiltin<FileSystem>("fs")?.statSync(path, NO_ENTRY);
    return status === undefined ? "" : `${status.dev}:${status.ino}`;
  } catch (error) {
    return (error as { code?: unknown }).code === "ENOTDIR" ? "" : undefined;
  }
}

/** Removes a file, if possible. */
export function remove(path: string): void {
  try {
    getBuiltin<FileSystem>("fs")?.unlinkSync(path);
  } catch {
    // It does not exist, or cannot be removed.
  }
}

/** Whether the disk of a file is full; `false` if it cannot be determined. */
export function isDiskFull(path: string): boolean {
  return path !== MEMORY && statfs(path)?.bavail === 0;
}
