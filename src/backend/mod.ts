/**
 * The interface of a backend, the default backend of the process, and functions that work on any
 * backend.
 */

export { listKeys } from "./list_keys.ts";
export * from "./process_backend.ts";
export * from "./storage_backend.ts";
export { update, type UpdateOptions } from "./update.ts";
