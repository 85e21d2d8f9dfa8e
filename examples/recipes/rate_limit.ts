import type { StorageBackend } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import assert from "node:assert/strict";

async function mayCall(
  storage: StorageBackend,
  user: string,
  limit: number,
): Promise<boolean> {
  const minute = Math.floor(Date.now() / 60_000);
  const key = `calls:${user}:${minute}`;
  await storage.set(key, "0", "EX", "120", "NX");
  return await storage.incr(key) <= limit;
}

const storage = await connectStorage();
const user = crypto.randomUUID();
const answers: boolean[] = [];
for (let i = 0; i < 4; i++) answers.push(await mayCall(storage, user, 3));
assert.deepEqual(answers.filter((may) => may).length >= 3, true);
await storage[Symbol.asyncDispose]();
