/** The file on the disk: its path, its mode, and the file system that it lies on. */

import { quote } from "../../base/_checks.ts";
import {
  getBuiltin,
  isPermitted,
  platform,
  runtime,
} from "../../base/runtime.ts";

/** The path of a database that is no file and dies with its connection. */
export const MEMORY = ":memory:";

const MAKE = "make the storage";

interface FileSystem {
  openSync(path: string, flags: string, mode?: number): number;
  closeSync(descriptor: number): void;
  readFileSync(path: string, encoding: "utf8"): string;
  realpathSync(path: string): string;
  statfsSync?(path: string): { type: number; bavail: number };
}

interface UrlModule {
  fileURLToPath(url: URL): string;
}

/** Whether WAL is safe on a file system: its processes must share memory and locks. */
export type Safety = "safe" | "unsafe" | "unknown";

/**
 * The path that was given, as text.
 *
 * @throws {TypeError} It is neither a string nor a URL.
 * @throws {RangeError} It is empty, has a NUL, or is no `file:` URL.
 */
export function readPath(path: unknown): string {
  if (path instanceof URL) return readUrl(path);
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

function readUrl(url: URL): string {
  try {
    const path = getBuiltin<UrlModule>("url")?.fileURLToPath(url);
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
 */
export function createPrivately(path: string): void {
  const fs = getBuiltin<FileSystem>("fs");
  try {
    // Never a file that was there: closing it would drop the locks of this process's other
    // connections to it.
    fs?.closeSync(fs.openSync(path, "wx", 0o600));
  } catch {
    // It is there, or SQLite will say why it cannot be.
  }
}

/** Whether a file that SQLite could not open is there, but may not be written. */
export function isReadOnly(path: string): boolean {
  const fs = getBuiltin<FileSystem>("fs");
  if (fs === undefined || path === MEMORY || !mayOpen(path)) return false;
  try {
    // Not `accessSync`: on Deno it does not see that a disk is read-only.
    fs.closeSync(fs.openSync(path, "r+"));
    return false;
  } catch (error) {
    const { code } = error as { code?: unknown };
    return code === "EROFS" || code === "EACCES" || code === "EPERM";
  }
}

/** Whether the disk that a file lies on has no room left; `false` where there is no telling. */
export function isDiskFull(path: string): boolean {
  return path !== MEMORY && statfs(path)?.bavail === 0;
}

function statfs(path: string): { type: number; bavail: number } | undefined {
  if (!isPermitted({ name: "sys", kind: "statfs" })) return undefined;
  try {
    return getBuiltin<FileSystem>("fs")?.statfsSync?.(path);
  } catch {
    return undefined;
  }
}

/** Linux's numbers of file systems that several machines share. */
const SHARED_TYPES: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2
  0x01021997, // 9p
  0x564c, // NCP
  0x5346414f, // AFS
  0x6b414653, // AFS in the kernel
  0x73757245, // Coda
  0x00c36400, // Ceph
  0x01161970, // GFS 2
  0x7461636f, // OCFS 2
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x19830326, // BeeGFS
  0x786f4256, // VirtualBox's shared folders
  0xbacbacbc, // VMware's
]);

/** The number of FUSE: sshfs and virtiofs, but disks of this machine as well. */
const FUSE = 0x65735546;

/** How the mount table names file systems that several machines share. */
const SHARED_NAMES: RegExp =
  /^(?:nfs\d?|cifs|smb\w*|9p|virtiofs|ncpfs|k?afs|coda|ceph|gfs2?|ocfs2|lustre|gpfs|beegfs\w*|glusterfs|vboxsf|vmhgfs|prl_fs|fuse\.(?!fuse-overlayfs|ext\d?|ntfs|exfat|zfs|bindfs|mergerfs).*)$/;

/** Whether WAL is safe where a file lies that is there. */
export function safetyOf(path: string): Safety {
  if (path === MEMORY) return "safe";
  if (platform === "win32") {
    return /^[\\/]{2}[^?.]/.test(path) ? "unsafe" : "safe";
  }
  if (platform !== "linux") return "unknown";
  // The mount table is for those alone who may do everything, on Deno: asked, it prompts.
  const name = runtime === "deno" ? undefined : fileSystemName(path);
  if (name !== undefined) return SHARED_NAMES.test(name) ? "unsafe" : "safe";
  const type = statfs(path)?.type;
  if (type === undefined) return "unknown";
  return type === FUSE || SHARED_TYPES.has(type >>> 0) ? "unsafe" : "safe";
}

/** The name of a file's file system, by the mount table. */
function fileSystemName(path: string): string | undefined {
  const fs = getBuiltin<FileSystem>("fs");
  try {
    return nameInMountTable(
      fs!.readFileSync("/proc/self/mounts", "utf8"),
      fs!.realpathSync(path),
    );
  } catch {
    return undefined;
  }
}

/** The file system of the longest mount point that an absolute path lies below; the last of equals. */
export function nameInMountTable(
  table: string,
  path: string,
): string | undefined {
  let found: string | undefined;
  let longest = -1;
  for (const line of table.split("\n")) {
    const [, escaped, name] = line.split(" ");
    if (escaped === undefined || name === undefined) continue;
    const point = escaped.replaceAll(
      /\\([0-7]{3})/g,
      (_, digits) => String.fromCharCode(parseInt(digits, 8)),
    );
    const folder = point.endsWith("/") ? point : `${point}/`;
    if (point.length >= longest && `${path}/`.startsWith(folder)) {
      longest = point.length;
      found = name;
    }
  }
  return found;
}
