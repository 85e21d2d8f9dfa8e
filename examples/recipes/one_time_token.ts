import { connectStorage } from "@mayfly/store/connect";
import { Handles } from "@mayfly/store/handles";
import assert from "node:assert/strict";

const storage = await connectStorage();
const resets = new Handles<{ user: string }>({ storage, ttl: 15 * 60_000 });

const token = await resets.mint({ user: "ada" }); // goes out by mail
const attempts = await Promise.allSettled(
  Array.from({ length: 10 }, () => resets.take(token)),
);
const won = attempts.filter(({ status }) => status === "fulfilled");
assert.deepEqual(won.length, 1);
await storage.close();
