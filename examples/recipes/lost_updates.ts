import { update } from "@mayfly/store";
import { connectStorage } from "@mayfly/store/connect";
import assert from "node:assert/strict";

const storage = await connectStorage();
const key = `tags:${crypto.randomUUID()}`;

async function addTag(tag: string): Promise<void> {
  await update(storage, key, (text) => {
    const tags: string[] = text === null ? [] : JSON.parse(text);
    return JSON.stringify([...tags, tag]);
  }, { ttl: 3_600_000 }); // without it the deadline stays as it is
}

await Promise.all(["a", "b", "c", "d", "e"].map(addTag));
const tags: string[] = JSON.parse((await storage.get(key))!);
assert.deepEqual(tags.sort(), ["a", "b", "c", "d", "e"]);
await storage.close();
