/**
 * A storage adapter for keyv 6, on any backend: what `new Keyv({ store })` takes.
 *
 * An `ExpiringStore` needs none: `new Keyv({ store: new ExpiringStore() })` works as it is.
 *
 * @example A cache that survives a restart, where the storage does
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
