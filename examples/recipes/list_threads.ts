import { listKeys } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import { Conversations } from "@mayfly/store/conversations";
import assert from "node:assert/strict";

const storage = await connectStorage();
const prefix = `thread-${crypto.randomUUID()}:`;
const threads = new Conversations({ storage, prefix });
const id = await threads.create();

for await (const { id, remainingTtl } of threads.list()) {
  console.log(id, Math.round(remainingTtl / 60_000), "minutes left");
}

const keys: string[] = [];
for await (const key of listKeys(storage, `${prefix}*`)) keys.push(key);
assert.deepEqual(keys, [`${prefix}${id}`]);
await storage.close();
