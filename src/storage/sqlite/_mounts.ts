/**
 * Finds out whether WAL is safe at the place of a file: all its processes must share memory, and
 * must see the WAL under the same path.
 */

import { printable } from "../../base/_checks.ts";
import {
  getBuiltin,
  isPermitted,
  platform,
  runtime,
} from "../../base/runtime.ts";

interface FileSystem {
  readFileSync(path: string, encoding: "utf8"): string;
  statSync(path: string): { dev: number; nlink: number };
  statfsSync?(path: string): { type: number; bavail: number };
}

/**
 * Local file systems of Linux, with their magic numbers. Any other may be shared with other
 * machines: a list of network file systems would never be complete.
 */
const LOCAL: ReadonlyMap<string, number | undefined> = new Map([
  ["ext2", 0xef53],
  ["ext3", 0xef53],
  ["ext4", 0xef53],
  ["xfs", 0x58465342],
  ["btrfs", 0x9123683e],
  ["zfs", 0x2fc12fc1],
  ["bcachefs", 0xca451a4e],
  ["f2fs", 0xf2f52010],
  ["jfs", 0x3153464a],
  ["nilfs2", 0x3434],
  ["reiserfs", 0x52654973],
  ["ubifs", 0x24051905],
  ["tmpfs", 0x01021994],
  ["ramfs", 0x858458f6],
  ["overlay", 0x794c7630],
  ["aufs", 0x61756673],
  ["vfat", 0x4d44],
  ["exfat", 0x2011bab0],
  ["ntfs3", 0x7366746e],
  ["hfsplus", 0x482b],
  // All file systems of FUSE have one number: these two are recognized by name only.
  ["fuseblk", undefined],
  ["fuse.fuse-overlayfs", undefined],
]);
const OVERLAY = LOCAL.get("overlay");

/** Deno shows the mount table only to a program with all permissions. */
const EVERYTHING = [
  ...(["read", "write", "net", "env", "sys", "run", "ffi", "import"] as const),
];

/** What is known about the place of a file. */
export interface Place {
  /** The reason why WAL is not safe there, as the end of a sentence. */
  reason?: string;
  /** The file system cannot be determined: it is taken for a local one. */
  unknown?: boolean;
}

const ALONE =
  "it is mounted alone, so its WAL would lie in another folder than the file (mount its folder)";
const LINKED =
  "it has more than one name (a hard link), and a WAL for each of them";

/** Examines the place of an existing file, by its absolute path. */
export function placeOf(path: string): Place {
  const status = stat(path);
  if (status !== undefined && status.nlink > 1) return { reason: LINKED };
  if (platform === "win32") {
    return /^[\\/]{2}[^?.]/.test(path)
      ? { reason: "it lies on another machine" }
      : {};
  }
  if (platform !== "linux") return { unknown: true };
  const mount = mountOf(path);
  if (mount !== undefined) return placeOnMount(mount, path);
  const type = statfs(path)?.type;
  // On an overlay a file and its folder may have different numbers.
  if (type !== OVERLAY && isOnAnotherDevice(path, status?.dev)) {
    return { reason: ALONE };
  }
  if (type !== undefined) {
    return [...LOCAL.values()].includes(type >>> 0)
      ? {}
      : notLocal(`number 0x${(type >>> 0).toString(16)}`);
  }
  if (status === undefined || isBlockDevice(status.dev)) {
    return { unknown: true };
  }
  const flag = runtime === "deno" ? " without --allow-sys=statfs" : "";
  return { reason: `its file system cannot be told${flag}` };
}

/** The place of a file on a mount. */
export function placeOnMount({ point, type }: MountPoint, path: string): Place {
  if (point === path) return { reason: ALONE };
  return LOCAL.has(type) ? {} : notLocal(printable(type));
}

function notLocal(name: string): Place {
  return {
    reason:
      `its file system (${name}) is not known as one of this machine's own`,
  };
}

/** The status of the file system of a path, `undefined` if it cannot be determined. */
export function statfs(
  path: string,
): { type: number; bavail: number } | undefined {
  if (!isPermitted({ name: "sys", kind: "statfs" })) return undefined;
  return attempt(() => getBuiltin<FileSystem>("fs")?.statfsSync?.(path));
}

/** The mount that a path lies on. */
export interface MountPoint {
  point: string;
  /** The name of its file system. */
  type: string;
}

function mountOf(path: string): MountPoint | undefined {
  if (!EVERYTHING.every((name) => isPermitted({ name }))) return undefined;
  return attempt(() =>
    findMount(
      getBuiltin<FileSystem>("fs")!.readFileSync("/proc/self/mounts", "utf8"),
      path,
    )
  );
}

/** The longest mount point above an absolute path; of equal ones the last. */
export function findMount(table: string, path: string): MountPoint | undefined {
  let found: MountPoint | undefined;
  for (const line of table.split("\n")) {
    const [, escaped, type] = line.split(" ");
    if (escaped === undefined || type === undefined) continue;
    const point = escaped.replaceAll(
      /\\([0-7]{3})/g,
      (_, digits) => String.fromCharCode(parseInt(digits, 8)),
    );
    const folder = point.endsWith("/") ? point : `${point}/`;
    if (
      point.length >= (found?.point.length ?? 0) &&
      `${path}/`.startsWith(folder)
    ) found = { point, type };
  }
  return found;
}

function isOnAnotherDevice(path: string, device: number | undefined): boolean {
  const folder = path.slice(0, path.lastIndexOf("/")) || "/";
  const status = stat(folder);
  return status !== undefined && device !== undefined && status.dev !== device;
}

/**
 * Whether a device number is that of a disk; network and virtual file systems have the major number
 * 0.
 */
function isBlockDevice(device: number): boolean {
  return ((device >>> 8) & 0xfff) !== 0;
}

/** Never triggers a permission prompt. */
function stat(path: string): { dev: number; nlink: number } | undefined {
  if (!isPermitted({ name: "read", path })) return undefined;
  return attempt(() => getBuiltin<FileSystem>("fs")?.statSync(path));
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
