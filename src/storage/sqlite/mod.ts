/**
 * {@linkcode SqliteStorage}: Redis's string commands over a SQLite file, which outlives the
 * process and may be open in several at once. It stands on the runtime's own SQLite: Deno, Bun,
 * and Node from 22.13 on.
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
