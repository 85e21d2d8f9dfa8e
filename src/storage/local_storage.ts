/** The calls that a storage of this package has besides the commands. */

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
  /** Stops the sweeper; everything else goes on working. */
  shutdown(): void;
}

/**
 * Redis's commands in this process: {@linkcode InMemoryStorage} and `SqliteStorage` extend it.
 * Every command replies at once, and several can be one transaction.
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
   * Makes the storage over a keyspace.
   *
   * @param keyspace The keys, their values and their deadlines.
   * @param log Where a line about each value goes that is stored or read.
   */
  protected constructor(keyspace: SweptKeyspace, log: LogLines | undefined) {
    super(log === undefined ? keyspace : new LoggedKeyspace(keyspace, log));
    this.#swept = keyspace;
  }

  /**
   * Stores a value with a TTL in seconds. It is no Redis command: unlike `setex` it takes a
   * fraction.
   *
   * @param key The key.
   * @param ttlSeconds The TTL in s: positive and finite; fractions are allowed. Beyond 8.64e12 s
   * the key never expires.
   * @param value The value.
   * @throws {TypeError} An argument is of the wrong kind.
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
    // A file cannot keep every deadline beyond the end of time.
    this.keyspace.set(name, text, ttl > MAX_TIME ? Infinity : now + ttl, now);
  }

  /**
   * Runs several commands as one transaction: no other writer comes between them, and when one of
   * them or `run` itself throws, none of them was done.
   *
   * The clock stands still meanwhile, and lines are logged afterwards. Within another `batch` it
   * is a part of that one. In a file it is one commit: many writes are several times faster in
   * one, and other processes wait with their writes until it ends.
   *
   * @typeParam T The type of the result.
   * @param run Calls the commands. It is synchronous.
   * @returns The result of `run`.
   * @throws {TypeError} `run` is not a function, or it returned a promise or a
   * generator: nothing was done.
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
      // The TypeError tells the caller; the rejection of a promise would be unhandled.
      watch(() => {}, result);
      throw new TypeError(
        `Cannot ${BATCH}: "run" must be synchronous: received a function that returns ${later}`,
      );
    });
  }

  /**
   * Stops the sweeper. The storage goes on working: an expired key is removed when a command
   * meets it. Idempotent.
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

/** Whether a value is a generator: nothing of its function has run. */
function isGenerator(value: unknown): boolean {
  return /^\[object (?:Async)?Generator\]$/.test(
    Object.prototype.toString.call(value),
  );
}

/** A key or a value as text. The error names the kind alone: the argument may be a value in the wrong place. */
function checkText(name: string, value: unknown): string {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number") return numberText(value);
  throw new TypeError(
    `Cannot ${SET_KEY}: "${name}" must be a string or a number: received ${
      kindOf(value)
    }`,
  );
}
