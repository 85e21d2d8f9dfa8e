/**
 * Opaque handles: an MCP server stores a piece of its state and gives the client a handle; the client
 * passes the handle back in a later call, which may reach another process.
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
