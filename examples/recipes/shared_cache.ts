import { Cache } from "@mayfly/store/cache";
import { connectStorage } from "@mayfly/store/connect";
import assert from "node:assert/strict";

const storage = await connectStorage();
const weather = new Cache<string>(`weather ${crypto.randomUUID()}`, {
  storage,
  ttl: 60_000,
  staleWhileRevalidate: 10 * 60_000, // the old value at once, one load behind it
  staleIfError: 24 * 3_600_000, // the old value if the load throws
  onError: (error) => console.error("no new weather:", error),
});

let requests = 0;
function load({ key }: { key: string }): Promise<string> {
  requests++; // await fetch(`https://example.com/${key}`, { signal })
  return Promise.resolve(`weather of ${key}`);
}

const answers = await Promise.all(
  Array.from({ length: 1000 }, () => weather.get("Oslo", load)),
);
assert.deepEqual([requests, answers[999]], [1, "weather of Oslo"]);

await weather.delete("Oslo"); // wins over a load that is under way
assert.equal(await weather.peek("Oslo"), undefined);
await storage.close();
