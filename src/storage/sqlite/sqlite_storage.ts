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
   * The TTL of a conversation in hours: any positive number. It only sets the default of
   * `sweepInterval`: expired keys are swept every tenth of that time, but at most once in 300 s,
   * and once soon after opening.
   *
   * @default {the variable CONVERSATION_TIMEOUT_HOURS, or else 3}
   */
  timeoutHours?: number | undefined;
  /**
   * The time, in ms, that an expired key may stay in the file, plus up to 5 s, while the storage is
   * used; an idle storage sets its timer by the deadlines in the file. `Infinity`: this storage
   * does not sweep.
   */
  sweepInterval?: number | undefined;
  /**
   * Receives the log lines. No logging by default.
   */
  logger?: Logger | undefined;
  /**
   * The clock: ms since the epoch. All processes that have the file open should use the same time.
   *
   * @default {Date.now}
   */
  now?: (() => number) | undefined;
  /**
   * The maximum time, in ms, that a call waits for another process before it throws.
   *
   * @default {5000}
   */
  busyTimeout?: number | undefined;
  /**
   * The maximum size of the file, in bytes. The write-ahead log, a few MB beside it, is not
   * counted. The bound applies to this storage: it is not stored in the file.
   *
   * @default {Infinity}
   */
  maxBytes?: number | undefined;
  /**
   * The policy of a full file, after the expired keys are removed.
   *
   * @default {"soonest"}
   */
  eviction?: SqliteEviction | undefined;
}

/**
 * The policy of a full file. `"soonest"` evicts the keys that expire soonest, those without a TTL
 * last; `"volatile-ttl"` is the same, but never evicts a key without a TTL. `"reject"` (Redis:
 * `"noeviction"`) refuses the write. A refused command throws a `ReplyError`:
 * `OOM command not allowed when used memory > 'maxmemory'.` So does a command whose value could
 * never fit.
 *
 * There is no eviction by use, because reads do not write.
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
 * Redis's string commands on one SQLite file. The file survives restarts, and any number of
 * processes and workers of one machine can have it open at once, on any of the runtimes.
 *
 * Names, argument order, replies and errors are Redis's, as `ioredis` spells them. Replies are
 * synchronous, and `await` works on them.
 *
 * - A call that returned is in the file, even if the process is killed afterwards. A power loss may
 *   lose the last writes, but never leaves half of one.
 * - Each command is one transaction, so no `incr` is lost when two processes use one key.
 * - A read never writes and does not wait for a writer. A write waits up to `busyTimeout` ms for
 *   other writers.
 * - The file, and the files that SQLite keeps beside it, are created with mode 0600. Keep the file
 *   on a local disk: elsewhere a rollback journal replaces the write-ahead log, which is slower,
 *   and readers wait for the writer.
 * - If the file is deleted or replaced while it is open, later calls throw a `StorageError` `"io"`.
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
   * Opens a file, or creates it.
   *
   * @param path The path of the file, or its `file:` URL; `":memory:"` for a database in memory
   *   that ends with this storage.
   * @param options The bound of the file, the sweeper, the clock and the logger.
   * @throws {TypeError} An argument has the wrong type.
   * @throws {RangeError} An option is out of range, or the path is empty.
   * @throws {ConfigError} `CONVERSATION_TIMEOUT_HOURS` is not a positive whole number.
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
