/**
 * A variable of the environment holds what the module cannot use.
 *
 * The message names the variable, quotes what it held and says what it takes.
 *
 * @example Reading a bad timeout
 * ```ts
 * import { ConfigError, InMemoryStorage } from "@mayfly/store";
 * import { assertInstanceOf } from "@std/assert";
 *
 * try {
 *   new InMemoryStorage(); // with CONVERSATION_TIMEOUT_HOURS=abc
 * } catch (error) {
 *   assertInstanceOf(error, ConfigError);
 * }
 * ```
 */
export class ConfigError extends RangeError {
  /** The name of the class, `"ConfigError"`. */
  override readonly name: string = "ConfigError";
  /** The variable that was read. */
  readonly variable: string;
  /** What the variable held. */
  readonly value: string;

  /**
   * Makes the error for one variable.
   *
   * @param variable The name of the variable.
   * @param value What it held.
   * @param accepted What it takes, as the end of a sentence.
   */
  constructor(variable: string, value: string, accepted: string) {
    super(
      `Cannot read the configuration: "${variable}" must be ${accepted}: received ${
        JSON.stringify(value)
      }`,
    );
    this.variable = variable;
    this.value = value;
  }
}

/**
 * A Redis command was answered with an error, in the server's own words.
 *
 * @example Incrementing text
 * ```ts
 * import { InMemoryStorage, ReplyError } from "@mayfly/store";
 * import { assertThrows } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * storage.set("name", "Ada");
 * assertThrows(
 *   () => storage.incr("name"),
 *   ReplyError,
 *   "ERR value is not an integer or out of range",
 * );
 * ```
 */
export class ReplyError extends Error {
  /** The name of the class, `"ReplyError"`. */
  override readonly name: string = "ReplyError";
}

/**
 * A bounded store has no room for the entry, and may not evict to make some.
 *
 * The store is as it was before the call.
 *
 * @example A store that refuses
 * ```ts
 * import { ExpiringStore, StoreFullError } from "@mayfly/store";
 * import { assertThrows } from "@std/assert";
 *
 * using store = new ExpiringStore<string, number>({
 *   maxEntries: 1,
 *   eviction: "reject",
 * });
 * store.set("a", 1);
 * assertThrows(() => store.set("b", 2), StoreFullError);
 * ```
 */
export class StoreFullError extends RangeError {
  /** The name of the class, `"StoreFullError"`. */
  override readonly name: string = "StoreFullError";
}
