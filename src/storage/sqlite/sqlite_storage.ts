import {
  checkCount,
  checkFinite,
  checkOneOf,
  printable,
} from "../../base/_checks.ts";
import { readOptions } from "../../base/_options.ts";
import type { Logger } from "../../base/logger.ts";
import { LocalStorage } from "../local_storage.ts";
import { LogLines } from "../_log_lines.ts";
import { readSharedOptions, SHARED_OPTIONS } from "../_options.ts";
import { readPath } from "./_file.ts";
import { SqliteKeyspace } from "./_keyspace.ts";
import type { RoomPolicy } from "./_room.ts";
import type { UrlObject } from "../../base/url_object.ts";

const MAKE = "make the storage";
const DEFAULT_BUSY_TIMEOUT = 5000;
const OPTIONS: readonly (keyof SqliteStorageOptions)[] = [
  ...SHARED_OPTIONS,
  "busyTimeout",
  "maxBytes",
  "eviction",
];

/**
 * Options of {@linkcode SqliteStorage}.
 *
 * @example A file of at most 64 MiB
 * ```ts
 * import { SqliteStorage, type SqliteStorageOptions } from "@mayfly/store/sqlite";
 *
 * const options: SqliteStorageOptions = { maxBytes: 64 * 1024 * 1024 };
 * using storage = new SqliteStorage(":memory:", options);
 * ```
 */
export interface SqliteStorageOptions {
  /**
   * The lifetime of a conversation, in hours: any positive number. Expired keys are swept every
   * tenth of that time, but not more often than every 300 s, and once soon after opening.
   *
   * @default {the variable CONVERSATION_TIMEOUT_HOURS, or else 3}
   */
  timeoutHours?: number | undefined;
  /**
   * The time, in ms, that an expired key may stay in the file past its deadline, and up to 5 s
   * more, while the storage is used; an idle one sets its timer for the deadlines that it knows
   * of. `Infinity`: this storage does not sweep.
   */
  sweepInterval?: number | undefined;
  /**
   * Where log lines go; none by default.
   */
  logger?: Logger | undefined;
  /**
   * The clock: ms since the epoch. All processes with the file open should agree about the time.
   *
   * @default {Date.now}
   */
  now?: (() => number) | undefined;
  /**
   * The time, in ms, that a call waits for another process before it throws.
   *
   * @default {5000}
   */
  busyTimeout?: number | undefined;
  /**
   * The size, in bytes, up to which the file may grow. Its write-ahead log, a few MB beside it,
   * is not counted. The bound is this storage's own: it is not kept in the file.
   *
   * @default {Infinity}
   */
  maxBytes?: number | undefined;
  /**
   * What a write to a full file does once the expired keys are gone.
   *
   * @default {"soonest"}
   */
  eviction?: SqliteEviction | undefined;
}

/**
 * What a write to a full file does. `"soonest"`: evict the keys that expire soonest, those without
 * a TTL last; `"volatile-ttl"` is the same, but never evicts a key without a TTL. `"reject"`, which
 * Redis calls `"noeviction"`: refuse. A command that is refused throws a `ReplyError`:
 * `OOM command not allowed when used memory > 'maxmemory'.` So does one that could never fit.
 *
 * There is no order of use, since reads do not write.
 *
 * @example A file that refuses
 * ```ts
 * import { ReplyError } from "@mayfly/store";
 * import { type SqliteEviction, SqliteStorage } from "@mayfly/store/sqlite";
 * import { assertThrows } from "@std/assert";
 *
 * const eviction: SqliteEviction = "reject";
 * using storage = new SqliteStorage(":memory:", { maxBytes: 100_000, eviction });
 * assertThrows(() => storage.set("book", "x".repeat(100_000)), ReplyError, "OOM");
 * ```
 */
export type SqliteEviction =
  | "soonest"
  | "volatile-ttl"
  | "reject"
  | "noeviction";

const POLICIES: Record<SqliteEviction, RoomPolicy> = {
  "soonest": "soonest",
  "volatile-ttl": "volatile",
  "reject": "reject",
  "noeviction": "reject",
};

/**
 * Redis's string commands over one SQLite file: it outlives the process, and any number of
 * processes and workers of one machine may have it open at once, on any of the runtimes.
 *
 * Names, argument order, replies and errors are Redis's, as `ioredis` spells them. Results come
 * back at once, and `await` works on them.
 *
 * - A call that returned is in the file, whatever is killed afterwards. A power loss may take the
 *   last moments, but never tears the file.
 * - Each command is one transaction, so two processes that `incr` one key lose nothing.
 * - A read never writes and does not wait for a writer. A write waits its turn for up to
 *   `busyTimeout` ms.
 * - The file, and those that SQLite keeps beside it while it is open, are made for their owner
 *   alone (mode 0600). Keep it on a disk of this machine: elsewhere a rollback journal takes the
 *   place of the write-ahead log, which is slower, and readers wait for the writer.
 * - A file that was deleted or replaced while it was open takes no more calls: they throw a
 *   `StorageError` `"io"`.
 *
 * @example Two storages, one file
 * ```ts ignore
 * import { SqliteStorage } from "@mayfly/store/sqlite";
 * import { assertEquals } from "@std/assert";
 *
 * using one = new SqliteStorage("state.db");
 * using other = new SqliteStorage("state.db");
 * one.setex("thread:1", 3 * 3600, "[]");
 * assertEquals(other.get("thread:1"), "[]");
 * ```
 */
export class SqliteStorage extends LocalStorage {
  /**
   * Opens a file, or makes it.
   *
   * @param path The path of the file, or its `file:` URL; `":memory:"` for a database that is no
   * file and dies with this storage.
   * @param options The lifetime of conversations, the bound of the file, and the like.
   * @throws {TypeError} An argument is of the wrong kind.
   * @throws {RangeError} An option is out of range, or the path is empty.
   * @throws {ConfigError} The environment holds a timeout that is not a positive whole number.
   * @throws {StorageError} The file cannot be opened: see its `code`.
   *
   * @example Usage
   * ```ts
   * import { SqliteStorage } from "@mayfly/store/sqlite";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new SqliteStorage(":memory:");
   * storage.setex("thread:1", 3 * 3600, "[]");
   * assertEquals(storage.get("thread:1"), "[]");
   * ```
   */
  constructor(path: string | UrlObject, options: SqliteStorageOptions = {}) {
    const name = readPath(path);
    const own = readOptions(MAKE, options, OPTIONS);
    const { timeoutHours, sweepInterval, logger, now } = readSharedOptions(
      MAKE,
      own,
    );
    const log = logger && new LogLines(logger);
    const keyspace = new SqliteKeyspace({
      path: name,
      now: now ?? (() => Date.now()),
      sweepInterval,
      ...checkOptions(own),
      log,
    });
    super(keyspace, log);
    log?.info(
      `SQLite storage ${
        printable(name)
      } started with a timeout of ${timeoutHours} h, sweeping every ${
        sweepInterval / 1000
      } s`,
    );
  }
}

function checkOptions(
  options: SqliteStorageOptions,
): { busyTimeout: number; maxBytes: number; policy: RoomPolicy } {
  const {
    busyTimeout = DEFAULT_BUSY_TIMEOUT,
    maxBytes = Infinity,
    eviction = "soonest",
  } = options;
  if (busyTimeout !== 0) {
    checkFinite(
      MAKE,
      "busyTimeout",
      busyTimeout,
      "a finite number of milliseconds, 0 or more",
    );
  }
  checkCount(MAKE, "maxBytes", maxBytes, "bytes");
  checkOneOf(MAKE, "eviction", eviction, Object.keys(POLICIES));
  return { busyTimeout, maxBytes, policy: POLICIES[eviction] };
}
