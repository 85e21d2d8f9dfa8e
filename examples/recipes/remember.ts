import { Collection } from "@mayfly/store/collection";
import { connectStorage } from "@mayfly/store/connect";
import assert from "node:assert/strict";

const storage = await connectStorage(); // MAYFLY_URL=file:state.db
const users = new Collection<{ name: string; visits: number }>("user", {
  storage,
  ttl: 3_600_000,
});

await users.set("ada", { name: "Ada", visits: 1 });
await users.update("ada", (user) => user && { ...user, visits: 2 }); // atomic
assert.deepEqual(await users.get("ada"), { name: "Ada", visits: 2 });
await storage.close();
