/**
 * Opaque handles: a server mints one for a piece of its state, the client passes it back. For tool
 * servers without sessions, whose next call may reach another process.
 *
 * @example Two calls of one client
 * ```ts
 * import { Handles } from "@mayfly/store/handles";
 * import { assertEquals } from "@std/assert";
 *
 * const carts = new Handles<string[]>({ ttl: 30 * 60_000 });
 * const handle = await carts.mint(["book"], { owner: "ada" });
 * await carts.update(handle, (cart) => [...cart, "lamp"], { owner: "ada" });
 * assertEquals(await carts.take(handle, { owner: "ada" }), ["book", "lamp"]);
 * ```
 *
 * @module
 */

export type { JsonObject, JsonValue } from "../backend/_json.ts";
export * from "./handles.ts";
