import { showKeyspace } from "./_keyspace_of.ts";
import type { Keyspace } from "./keyspace.ts";

// The families are a chain of classes because JSR refuses the other way: what a mixin returns has
// a type that nobody wrote down ("slow types"), and no documentation either.

/**
 * The root of the Redis commands: it holds the keyspace that they work on. Each
 * family of commands is a class in a file of its own that extends the one
 * before; {@linkcode RedisCommands}, the last, lists them all.
 *
 * @example What an in-memory storage is made of
 * ```ts
 * import { InMemoryStorage, KeyspaceCommands } from "@mayfly/store";
 * import { assertInstanceOf } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * assertInstanceOf(storage, KeyspaceCommands);
 * ```
 */
export abstract class KeyspaceCommands {
  readonly #keyspace: Keyspace;

  /**
   * Makes the commands over a keyspace.
   *
   * @param keyspace The keys, their values and their deadlines.
   */
  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  static {
    showKeyspace(this.prototype, (commands) => commands.#keyspace);
  }

  /** The keys, their values and their deadlines. */
  protected get keyspace(): Keyspace {
    return this.#keyspace;
  }
}
