import type { StorageBackend } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import assert from "node:assert/strict";

async function cached(
  storage: StorageBackend,
  key: string,
  seconds: number,
  compute: () => Promise<string>,
): Promise<string> {
  const found = await storage.get(key);
  if (found !== null) return found;
  const value = await compute();
  await storage.set(key, value, "EX", seconds);
  return value;
}

const storage = await connectStorage();
const key = `page:${crypto.randomUUID()}`;
const compute = () => Promise.resolve("<html>");
assert.deepEqual(await cached(storage, key, 60, compute), "<html>");
assert.deepEqual(await storage.get(key), "<html>");
await storage[Symbol.asyncDispose]();
