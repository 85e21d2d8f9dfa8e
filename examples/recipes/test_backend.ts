import {
  getStorageBackend,
  InMemoryStorage,
  setStorageBackend,
} from "@mayfly/store";
import assert from "node:assert/strict";

let time = 0;
setStorageBackend(new InMemoryStorage({ timeoutHours: 1, now: () => time }));
await getStorageBackend().setex("thread:1", 60, "[]");
time += 60_000;
assert.deepEqual(await getStorageBackend().get("thread:1"), null);
setStorageBackend(undefined); // the next one is made anew
