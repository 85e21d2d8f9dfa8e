import { Collection } from "@mayfly/store/collection";
import { connectStorage } from "@mayfly/store/connect";
import assert from "node:assert/strict";

const storage = await connectStorage();
const prefix = `auth ${crypto.randomUUID()}`;

/** For better-auth: `betterAuth({ secondaryStorage, rateLimit: { storage: "secondary-storage" } })`. */
const values = new Collection<string>(prefix, { storage });
const secondaryStorage = {
  get: async (key: string) => await values.get(key) ?? null,
  set: (key: string, value: string, ttl?: number) =>
    // seconds
    values.set(key, value, ttl ? ttl * 1000 : Infinity),
  delete: async (key: string) => {
    await values.delete(key);
  },
  // One step each: no session is used twice, no call is counted for nothing.
  getAndDelete: async (key: string) => await values.take(key) ?? null,
  increment: async (key: string, ttl: number) => {
    const counts = new Collection<number>(`${prefix} counts`, {
      storage,
      ttl: ttl * 1000, // of a new key: the window does not move with each call
    });
    return (await counts.update(key, (count = 0) => count + 1))!;
  },
};

await secondaryStorage.set("session", "ada", 60);
assert.equal(await secondaryStorage.get("session"), "ada");
assert.equal(await secondaryStorage.getAndDelete("session"), "ada");
assert.equal(await secondaryStorage.get("session"), null);
const counts = [1, 2, 3].map(() => secondaryStorage.increment("ip", 60));
assert.deepEqual((await Promise.all(counts)).sort(), [1, 2, 3]);
await storage.close();
