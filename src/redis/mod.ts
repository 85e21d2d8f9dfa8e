/** Redis's commands over a keyspace. */

export * from "./commands.ts";
