import { type StorageBackend, update } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import assert from "node:assert/strict";

/** Runs a task unless another process is at it. */
async function alone<T>(
  storage: StorageBackend,
  name: string,
  ms: number,
  task: () => Promise<T>,
): Promise<T | undefined> {
  const me = crypto.randomUUID();
  const taken = await storage.set(name, me, "PX", String(ms), "NX");
  if (taken === null) return undefined;
  try {
    return await task();
  } finally {
    await update(storage, name, (holder) => holder === me ? null : holder);
  }
}

const storage = await connectStorage();
const name = `lock:${crypto.randomUUID()}`;
const first = alone(storage, name, 5000, async () => {
  assert.deepEqual(
    await alone(storage, name, 5000, () => Promise.resolve("never")),
    undefined,
  );
  return "done";
});
assert.deepEqual(await first, "done");
assert.deepEqual(await storage.exists(name), 0);
await storage[Symbol.asyncDispose]();
