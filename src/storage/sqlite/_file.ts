/**
 * The file on the disk: its path, its mode, its identity. Nothing here opens a database that is
 * there: closing it again would drop the locks of this process's connections to it.
 */

import { quote } from "../../base/_checks.ts";
import { getBuiltin, isPermitted } from "../../base/runtime.ts";
import { statfs } from "./_mounts.ts";

/** The path of a database that is no file and dies with its connection. */
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
 * @throws {RangeError} It is empty, has a NUL, or is no `file:` URL.
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

/** A URL of whatever realm: a test runner may have a class `URL` of its own. */
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
    // Not a file's.
  }
  throw new RangeError(
    `Cannot ${MAKE}: "path" must be a URL of a file: received one of ${
      quote(url.protocol)
    }`,
  );
}

/** A path as SQLite takes it: not as a URI, and not as one of its own names. */
export function toFileName(path: string): string {
  return path === MEMORY || !/^(?:file)?:/i.test(path) ? path : `./${path}`;
}

/** Whether the program may read and write a file without asking a person. */
export function mayOpen(path: string): boolean {
  return isPermitted({ name: "read", path }) &&
    isPermitted({ name: "write", path });
}

/**
 * Makes the file, empty and for its owner alone, unless it is there. SQLite gives the files
 * beside it the same mode.
 *
 * @throws The file system's error: it is not there and cannot be made so. SQLite must not make
 * it then, since it would be readable by all.
 */
export function createPrivately(path: string): void {
  const fs = getBuiltin<FileSystem>("fs");
  // A link to a link, and so on: as many as Linux follows.
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

/** Where a symbolic link points to, `undefined` if the path is none. */
function targetOf(path: string): string | undefined {
  const { dirname, isAbsolute } = getBuiltin<PathModule>("path")!;
  try {
    const target = getBuiltin<FileSystem>("fs")!.readlinkSync(path);
    return isAbsolute(target) ? target : `${dirname(path)}/${target}`;
  } catch {
    return undefined;
  }
}

/** Whether a file that SQLite could not open is there, but may not be written. */
export function isReadOnly(path: string): boolean {
  const fs = getBuiltin<FileSystem>("fs");
  if (fs === undefined || path === MEMORY || !mayOpen(path)) return false;
  try {
    fs.accessSync(path, fs.constants.W_OK);
    // On Deno `accessSync` does not see that a disk is read-only.
    const { atime, mtime } = fs.statSync(path, NO_ENTRY)!;
    fs.utimesSync(path, atime, mtime);
    return false;
  } catch (error) {
    const { code } = error as { code?: unknown };
    return code === "EROFS" || code === "EACCES";
  }
}

/** Whether an error of the file system says that there is no room. */
export function isNoSpace(error: unknown): boolean {
  return Object(error).code === "ENOSPC";
}

/**
 * Which file a path leads to: two paths with the same answer lead to the same file. Empty if
 * there is none, `undefined` where there is no telling.
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

/** Removes a file, if that can be done. */
export function remove(path: string): void {
  try {
    getBuiltin<FileSystem>("fs")?.unlinkSync(path);
  } catch {
    // It is gone, or may not be removed.
  }
}

/** Whether the disk that a file lies on has no room left; `false` where there is no telling. */
export function isDiskFull(path: string): boolean {
  return path !== MEMORY && statfs(path)?.bavail === 0;
}
