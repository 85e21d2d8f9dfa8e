/** The storage in memory. */

export * from "./memory_storage.ts";
