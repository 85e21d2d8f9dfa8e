import { checkPositive, checkType, MILLISECONDS, quote } from "./_checks.ts";
import { MemoryKeyspace } from "./_memory_keyspace.ts";
import { readTimeoutHours } from "./config.ts";
import type { Logger } from "./logger.ts";
import { RedisCommands } from "./redis/commands.ts";

const MAKE = "make the storage";
const HOUR = 3_600_000;
/** The sweeper runs no more often than this, in ms. */
const MIN_SWEEP_INTERVAL = 300_000;

/**
 * Options of {@linkcode InMemoryStorage}.
 *
 * @example A conversation lives for an hour
 * ```ts
 * import { InMemoryStorage, type InMemoryStorageOptions } from "@mayfly/store";
 *
 * const options: InMemoryStorageOptions = { timeoutHours: 1 };
 * using storage = new InMemoryStorage(options);
 * ```
 */
export interface InMemoryStorageOptions {
  /**
   * How many hours a conversation lives: any positive number. What has expired is swept
   * every tenth of that time, but not more often than every 300 s.
   *
   * @default {the variable CONVERSATION_TIMEOUT_HOURS, or else 3}
   */
  timeoutHours?: number;
  /**
   * How long, in ms, an expired key may stay in memory past its deadline, whatever
   * the timeout; `Infinity`: until a command comes upon it.
   */
  sweepInterval?: number;
  /**
   * Where log lines go; none by default.
   */
  logger?: Logger;
  /**
   * The clock: ms since the epoch.
   *
   * @default {Date.now}
   */
  now?: () => number;
}

/**
 * Redis's string commands inside one process: values under keys, each with a time
 * to live.
 *
 * Names, argument order, replies and errors are Redis's, as `ioredis` spells them.
 * Results come back at once and `await` works on them, so code written with `await` for a
 * Redis client runs unchanged.
 *
 * @example A conversation thread that lives for three hours
 * ```ts
 * import { InMemoryStorage } from "@mayfly/store";
 * import { assertEquals } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * storage.setex("thread:1", 3 * 3600, JSON.stringify(["Hello"]));
 * assertEquals(JSON.parse(storage.get("thread:1")!), ["Hello"]);
 * assertEquals(storage.get("thread:2"), null);
 * ```
 */
export class InMemoryStorage extends RedisCommands {
  readonly #keyspace: MemoryKeyspace;

  /**
   * Makes an empty storage.
   *
   * @param options How long conversations live, in hours, and the like.
   * @throws {TypeError} An option is of the wrong kind.
   * @throws {RangeError} An option is out of range.
   * @throws {ConfigError} The environment holds a timeout that is not a positive whole number.
   */
  constructor(options: InMemoryStorageOptions = {}) {
    checkType(MAKE, "options", options, "object");
    const { logger, now } = options;
    if (logger !== undefined) checkLogger(logger);
    if (now !== undefined) checkType(MAKE, "now", now, "function");
    const { timeoutHours, sweepInterval } = readTimes(options);
    const keyspace = new MemoryKeyspace({
      sweepInterval,
      now,
      logger,
      bounds: undefined,
    });
    super(keyspace);
    this.#keyspace = keyspace;
    logger?.info(
      `In-memory storage started with a timeout of ${timeoutHours} h, sweeping every ${
        sweepInterval / 1000
      } s`,
    );
  }

  /**
   * Stores a value for some time: the original's own call, which no Redis client has.
   *
   * @param key The key.
   * @param ttlSeconds How long the key lives, in s: positive and finite; fractions are allowed.
   * @param value The value.
   * @throws {TypeError} An argument is of the wrong kind.
   * @throws {RangeError} The time is not positive and finite.
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
    if (ttlSeconds === Infinity) {
      throw new RangeError(
        `Cannot set the key: "ttlSeconds" must be ${SECONDS}: received Infinity`,
      );
    }
    checkPositive("set the key", "ttlSeconds", ttlSeconds, SECONDS);
    this.#keyspace.set(name, text, this.#keyspace.now() + ttlSeconds * 1000);
  }

  /**
   * Stops the sweeper. The storage goes on working: a key that has expired is removed when
   * a command comes upon it.
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
    this.#keyspace.shutdown();
  }

  /**
   * Stops the sweeper, at the end of a `using` block: the same as
   * {@linkcode InMemoryStorage.prototype.shutdown}.
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
    this.shutdown();
  }
}

const SECONDS = "a positive, finite number of seconds";

function checkText(name: string, value: unknown): string {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number") return String(value);
  throw new TypeError(
    `Cannot set the key: "${name}" must be a string or a number: received ${
      quote(value)
    }`,
  );
}

function checkLogger(logger: unknown): void {
  checkType(MAKE, "logger", logger, "object");
  for (const method of ["debug", "info", "warn", "error"]) {
    checkType(
      MAKE,
      `logger.${method}`,
      (logger as Record<string, unknown>)[method],
      "function",
    );
  }
}

function readTimes(
  options: InMemoryStorageOptions,
): { timeoutHours: number; sweepInterval: number } {
  const timeoutHours = options.timeoutHours ?? readTimeoutHours(options.logger);
  const hours = "a positive, finite number of hours";
  checkPositive(MAKE, "timeoutHours", timeoutHours, hours);
  if (options.timeoutHours === Infinity) {
    throw new RangeError(
      `Cannot ${MAKE}: "timeoutHours" must be ${hours}: received Infinity`,
    );
  }
  const {
    sweepInterval = Math.max(timeoutHours * HOUR / 10, MIN_SWEEP_INTERVAL),
  } = options;
  checkPositive(MAKE, "sweepInterval", sweepInterval, MILLISECONDS);
  return { timeoutHours, sweepInterval };
}
