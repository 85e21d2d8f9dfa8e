/** The storage in memory. */

export { LocalStorage } from "../local_storage.ts";
export * from "./memory_storage.ts";
