import { ExpiringStore } from "@mayfly/store";
import assert from "node:assert/strict";

const store = new ExpiringStore<string, number>({ ttl: 60_000 });
store.set("a", 1);
store.get("a");
store.get("b");
assert.deepEqual(store.stats(), {
  entries: 1,
  hits: 1,
  misses: 1,
  expired: 0,
  evicted: 0,
});
