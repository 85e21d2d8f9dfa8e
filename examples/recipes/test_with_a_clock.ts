import { ExpiringStore } from "@mayfly/store";
import assert from "node:assert/strict";

let time = 0;
const store = new ExpiringStore<string, number>({ ttl: 1000, now: () => time });
store.set("a", 1);
time += 999;
assert.deepEqual(store.get("a"), 1);
time += 1;
assert.deepEqual(store.get("a"), undefined);
