/** The methods that a storage of this package has besides the Redis commands. */

import {
  checkFinite,
  checkType,
  isThenable,
  kindOf,
  MAX_TIME,
  quoteNumber,
} from "../base/_checks.ts";
import { watch } from "../base/_report.ts";
import { numberText } from "../redis/_arguments.ts";
import { RedisCommands } from "../redis/commands.ts";
import type { Keyspace } from "../redis/keyspace.ts";
import type { LogLines } from "./_log_lines.ts";
import { LoggedKeyspace } from "./_logged_keyspace.ts";

const BATCH = "run the batch";
const SET_KEY = "set the key";
const SECONDS = "a positive, finite number of seconds";

/** A keyspace with a sweeper. After `close` each call throws a `StorageError` "closed". */
interface SweptKeyspace extends Keyspace {
  /** Stops the sweeper; everything else continues to work. */
  shutdown(): void;
}

/**
 * Redis's commands in this process: {@linkcode InMemoryStorage} and `SqliteStorage` extend it.
 * Every command returns its reply, not a promise, and `batch` makes several commands one
 * transaction.
 *
 * @example A function for a storage in memory or in a file
 * ```ts
 * import { InMemoryStorage, type LocalStorage } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * function move(storage: LocalStorage, from: string, to: string, amount: number) {
 *   storage.batch(() => {
 *     storage.decrby(from, amount);
 *     storage.incrby(to, amount);
 *   });
 * }
 * using storage = new InMemoryStorage();
 * move(storage, "mine", "yours", 2);
 * assertEquals(storage.mget("mine", "yours"), ["-2", "2"]);
 * ```
 */
export abstract class LocalStorage extends RedisCommands {
  readonly #swept: SweptKeyspace;

  /**
   * Creates the storage over a keyspace.
   *
   * @param keyspace The keys, their values and their deadlines.
   * @param log Receives a line for each value that is stored or read.
   */
  protected constructor(keyspace: SweptKeyspace, log: LogLines | undefined) {
    super(log === undefined ? keyspace : new LoggedKeyspace(keyspace, log));
    this.#swept = keyspace;
  }

  /**
   * Stores a value with a TTL in seconds. It is not a Redis command: unlike `setex` it accepts
   * fractions of a second.
   *
   * @param key The key.
   * @param ttlSeconds The TTL in s: positive and finite; fractions are allowed. Beyond 8.64e12 s
   * the key never expires.
   * @param value The value.
   * @throws {TypeError} An argument has the wrong type.
   * @throws {RangeError} The TTL is not positive and finite.
   *
   * @example Usage
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.setWithTtl("thread:1", 0.5, "[]");
   * assertEquals(storage.get("thread:1"), "[]");
   * ```
   */
  setWithTtl(key: string, ttlSeconds: number, value: string): void {
    const name = checkText("key", key);
    const text = checkText("value", value);
    checkFinite(SET_KEY, "ttlSeconds", ttlSeconds, SECONDS, quoteNumber);
    const now = this.keyspace.now();
    const ttl = ttlSeconds * 1000;
    // A file cannot store every deadline beyond the end of time.
    this.keyspace.set(name, text, ttl > MAX_TIME ? Infinity : now + ttl, now);
  }

  /**
   * Runs several commands as one transaction: no other writer writes between them, and if one of
   * them or `run` itself throws, all are rolled back.
   *
   * All commands see the same time, and lines are logged afterwards. A `batch` within another one
   * is part of the outer transaction. In a file it is one commit: many writes in one `batch` are
   * several times faster, and other processes wait with their writes until it ends.
   *
   * @typeParam T The type of the result.
   * @param run Calls the commands. It must be synchronous.
   * @returns The result of `run`.
   * @throws {TypeError} `run` is not a function, or it returned a promise or a generator: nothing
   *   has changed.
   * @throws {StorageError} The file cannot be written.
   *
   * @example Both or neither
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals, assertThrows } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset({ mine: 5, yours: "not a number" });
   * assertThrows(() =>
   *   storage.batch(() => {
   *     storage.decrby("mine", 2);
   *     storage.incrby("yours", 2);
   *   })
   * );
   * assertEquals(storage.get("mine"), "5");
   * ```
   */
  batch<T>(run: () => T): T {
    checkType(BATCH, "run", run, "function", kindOf);
    return this.keyspace.atomically("write", () => {
      const result = run();
      const later = isThenable(result)
        ? "a promise"
        : isGenerator(result)
        ? "a generator"
        : undefined;
      if (later === undefined) return result;
      // The caller gets the TypeError; the rejection of the promise would be unhandled.
      watch(() => {}, result);
      throw new TypeError(
        `Cannot ${BATCH}: "run" must be synchronous: received a function that returns ${later}`,
      );
    });
  }

  /**
   * Stops the sweeper. The storage continues to work: an expired key is removed when a command next
   * accesses it. Idempotent.
   *
   * @example Usage
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * const storage = new InMemoryStorage();
   * storage.shutdown();
   * assertEquals(storage.setex("thread:1", 60, "[]"), "OK");
   * ```
   */
  shutdown(): void {
    this.#swept.shutdown();
  }

  /**
   * Stops the sweeper and frees the memory, or closes the file. Idempotent; a command after it
   * throws a `StorageError` with the code `"closed"`.
   *
   * @example Usage
   * ```ts
   * import { InMemoryStorage, StorageError } from "@mayfly/store";
   * import { assertThrows } from "@std/assert";
   *
   * const storage = new InMemoryStorage();
   * storage.close();
   * assertThrows(() => storage.get("thread:1"), StorageError, "closed");
   * ```
   */
  close(): void {
    this.#swept.close();
  }

  /**
   * Closes the storage at the end of a `using` block, as
   * {@linkcode LocalStorage.prototype.close} does.
   *
   * @example Usage
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   *
   * using storage = new InMemoryStorage();
   * storage.setex("thread:1", 60, "[]");
   * ```
   */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Whether a value is a generator, whose function has not run yet. */
function isGenerator(value: unknown): boolean {
  return /^\[object (?:Async)?Generator\]$/.test(
    Object.prototype.toString.call(value),
  );
}

/**
 * A key or a value as text. The error names only the type: the argument may be a value that was
 * passed in the wrong position.
 */
function checkText(name: string, value: unknown): string {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number") return numberText(value);
  throw new TypeError(
    `Cannot ${SET_KEY}: "${name}" must be a string or a number: received ${
      kindOf(value)
    }`,
  );
}
