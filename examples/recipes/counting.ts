import { connectStorage } from "@mayfly/store/connect";
import assert from "node:assert/strict";

const storage = await connectStorage();
const day = new Date().toISOString().slice(0, 10);
const key = `visits:${crypto.randomUUID()}:${day}`;

await storage.set(key, "0", "EX", "604800", "NX");
await Promise.all(Array.from({ length: 100 }, () => storage.incr(key)));
assert.deepEqual(await storage.incrby(key, 5), 105);
assert.deepEqual(await storage.get(key), "105");
await storage.close();
