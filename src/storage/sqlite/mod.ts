/**
 * {@linkcode SqliteStorage}: Redis's string commands on a SQLite file, which survives restarts and
 * can be open in several processes at once. It uses the runtime's own SQLite: on Deno, Bun, and
 * Node from 22.13 on.
 *
 * @example A conversation that survives a restart
 * ```ts ignore
 * import { SqliteStorage } from "@mayfly/store/sqlite";
 * import { setStorageBackend } from "@mayfly/store";
 *
 * setStorageBackend(new SqliteStorage("state.db"));
 * ```
 *
 * @module
 */

export type { UrlObject } from "../../base/url_object.ts";
export * from "./sqlite_storage.ts";
