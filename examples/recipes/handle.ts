import { connectStorage } from "@mayfly/store/connect";
import { Handles } from "@mayfly/store/handles";
import assert from "node:assert/strict";

const storage = await connectStorage();
const carts = new Handles<{ items: string[] }>({
  storage,
  ttl: 30 * 60_000,
  sliding: true, // a read starts its time again
});

const handle = await carts.mint({ items: [] }, { owner: "ada" });
await carts.update(handle, ({ items }) => ({ items: [...items, "tea"] }), {
  owner: "ada",
});
assert.deepEqual(await carts.read(handle, { owner: "ada" }), {
  items: ["tea"],
});

await assert.rejects(
  () => carts.read(handle, { owner: "bob" }),
  { reason: "gone" }, // or "expired", or "malformed"
);
await storage.close();
