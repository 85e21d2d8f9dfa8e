/**
 * A storage adapter for keyv 5 and 6 on any backend, for `new Keyv({ store })`.
 *
 * An `ExpiringStore` needs no adapter: `new Keyv({ store: new ExpiringStore() })` works.
 *
 * @example A cache that survives a restart, if the backend does
 * ```ts
 * import { KeyvStorage } from "@mayfly/store/keyv";
 * import { assertEquals } from "@std/assert";
 *
 * // const keyv = new Keyv({ store: new KeyvStorage(), namespace: "pages" });
 * const store = new KeyvStorage({ namespace: "pages" });
 * await store.set("home", '{"value":"<h1>"}', Date.now() + 60_000);
 * assertEquals(await store.get("home"), '{"value":"<h1>"}');
 * ```
 *
 * @module
 */

export * from "./emitter.ts";
export * from "./keyv_storage.ts";
