import { NONE, OPTION, sent, syntaxError } from "./_arguments.ts";
import { ScanCommands } from "./scanning.ts";

/** The commands that work on the keyspace as a whole. */
export abstract class DatabaseCommands extends ScanCommands {
  /**
   * Replies with any key: Redis's `RANDOMKEY`.
   *
   * @returns A key, `null` if there is none.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example The only key
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * assertEquals(storage.randomkey(), null);
   * storage.set("color", "red");
   * assertEquals(storage.randomkey(), "color");
   * ```
   */
  randomkey(): string | null;
  randomkey(...args: unknown[]): string | null {
    sent("randomkey", args, NONE);
    return this.keyspace.random() ?? null;
  }

  /**
   * Counts the keys: Redis's `DBSIZE`.
   *
   * @returns How many keys are there; none that has expired.
   * @throws {ReplyError} If the number of arguments is wrong.
   *
   * @example Counting keys
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.mset("color", "red", "shape", "round");
   * assertEquals(storage.dbsize(), 2);
   * ```
   */
  dbsize(): number;
  dbsize(...args: unknown[]): number {
    sent("dbsize", args, NONE);
    return this.keyspace.count();
  }

  /**
   * Removes all keys: Redis's `FLUSHDB`.
   *
   * @param mode `"ASYNC"` or `"SYNC"`: here the same.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the mode is another.
   *
   * @example Starting over
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.flushdb(), "OK");
   * assertEquals(storage.dbsize(), 0);
   * ```
   */
  flushdb(mode?: "ASYNC" | "SYNC"): "OK";
  flushdb(...args: unknown[]): "OK" {
    checkFlush(sent("flushdb", args, NONE, OPTION));
    this.keyspace.clear();
    return "OK";
  }

  /**
   * Removes all keys of all databases: Redis's `FLUSHALL`. Here there is one,
   * so it is the same as `flushdb`.
   *
   * @param mode `"ASYNC"` or `"SYNC"`: here the same.
   * @returns `"OK"`.
   * @throws {TypeError} If an argument cannot be sent to a server.
   * @throws {ReplyError} If the mode is another.
   *
   * @example Starting over
   * ```ts
   * import { InMemoryStorage } from "@mayfly/store";
   * import { assertEquals } from "@std/assert";
   *
   * using storage = new InMemoryStorage();
   * storage.set("color", "red");
   * assertEquals(storage.flushall("ASYNC"), "OK");
   * assertEquals(storage.dbsize(), 0);
   * ```
   */
  flushall(mode?: "ASYNC" | "SYNC"): "OK";
  flushall(...args: unknown[]): "OK" {
    checkFlush(sent("flushall", args, NONE, OPTION));
    this.keyspace.clear();
    return "OK";
  }
}

/** Checks the words after FLUSHDB and FLUSHALL. */
function checkFlush(words: string[]): void {
  if (words.length === 0) return;
  if (words.length > 1 || !/^a?sync(\0|$)/i.test(words[0] as string)) {
    throw syntaxError();
  }
}
