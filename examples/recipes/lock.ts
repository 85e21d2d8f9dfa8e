import { connectStorage } from "@mayfly/store/connect";
import { Leases } from "@mayfly/store/lease";
import assert from "node:assert/strict";

const storage = await connectStorage();
const leases = new Leases({ storage, ttl: 10_000 });

/** Runs a task unless another process is at it. */
async function alone<T>(
  name: string,
  task: (signal: AbortSignal, fence: number) => Promise<T>,
): Promise<T | undefined> {
  const lease = await leases.acquire(name, { wait: 0 }); // without: waits
  if (lease === undefined) return undefined;
  try {
    return await task(lease.signal, lease.fence);
  } finally {
    await lease.release();
  }
}

const name = `report ${crypto.randomUUID()}`;
const first = alone(name, async (signal) => {
  assert.equal(await alone(name, () => Promise.resolve("never")), undefined);
  signal.throwIfAborted(); // as fetch(url, { signal }) does
  return "done";
});
assert.equal(await first, "done");
await storage.close();
