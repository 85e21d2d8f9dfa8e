import { DatabaseCommands } from "./database.ts";

export * from "./base.ts";
export * from "./batches.ts";
export * from "./bytes.ts";
export * from "./counters.ts";
export * from "./database.ts";
export * from "./expiry.ts";
export * from "./getting.ts";
export * from "./keys.ts";
export type * from "./keyspace.ts";
export * from "./scanning.ts";
export * from "./setting.ts";

/**
 * Redis's string and key commands over a keyspace: names, argument order,
 * replies and errors are those of a server behind `ioredis`, without the
 * promises.
 *
 * A class that keeps its keys elsewhere gets all of them by extending this one
 * over a {@linkcode Keyspace} of its own.
 *
 * @example What a storage is
 * ```ts
 * import { InMemoryStorage, RedisCommands } from "@mayfly/store";
 * import { assertInstanceOf } from "@std/assert";
 *
 * using storage = new InMemoryStorage();
 * assertInstanceOf(storage, RedisCommands);
 * ```
 */
export class RedisCommands extends DatabaseCommands {}
