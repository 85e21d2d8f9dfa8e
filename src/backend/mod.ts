/** The interface of a backend, the backend of the process, and what works on any backend. */

export { listKeys } from "./list_keys.ts";
export * from "./process_backend.ts";
export * from "./storage_backend.ts";
export { update, type UpdateOptions } from "./update.ts";
