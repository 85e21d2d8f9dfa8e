import { type StorageBackend, update } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import assert from "node:assert/strict";

interface RateLimit {
  limit: number; // calls at once; after that one every `window / limit`
  window: number; // ms
}

/** 0: the call may be made. Otherwise the time to wait, in ms. */
async function waitFor(
  storage: StorageBackend,
  user: string,
  { limit, window }: RateLimit,
): Promise<number> {
  let wait = 0;
  // What is kept is the time at which all calls made so far are paid for (GCRA).
  await update(storage, `limit:${user}`, (text) => {
    const now = Date.now();
    const paid = Math.max(Number(text ?? 0), now) + window / limit;
    wait = Math.max(0, Math.ceil(paid - now - window));
    return wait > 0 ? text : String(paid);
  }, { ttl: window });
  return wait;
}

/** The shape of rate-limiter-flexible: rejects with the time to wait. */
function limiter(storage: StorageBackend, points: number, duration: number) {
  return {
    async consume(key: string): Promise<{ msBeforeNext: number }> {
      const rule = { limit: points, window: duration * 1000 };
      const msBeforeNext = await waitFor(storage, key, rule);
      if (msBeforeNext > 0) throw { msBeforeNext };
      return { msBeforeNext };
    },
  };
}

const storage = await connectStorage();
const user = crypto.randomUUID();
const rule = { limit: 3, window: 60_000 };
const calls = [1, 2, 3, 4, 5].map(() => waitFor(storage, user, rule));
const waits = await Promise.all(calls);
assert.equal(waits.filter((wait) => wait === 0).length, 3);
assert.ok(waits.every((wait) => wait <= 20_000)); // the next one in 20 s

const { consume } = limiter(storage, 1, 60);
const key = crypto.randomUUID();
await consume(key);
await assert.rejects(
  () => consume(key),
  ({ msBeforeNext }) => msBeforeNext > 0,
);
await storage.close();
