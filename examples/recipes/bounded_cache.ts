import { ExpiringStore } from "@mayfly/store";
import assert from "node:assert/strict";

const pages = new ExpiringStore<string, string>({
  ttl: 60_000,
  maxEntries: 10_000,
  maxWeight: 64 * 1024 * 1024,
  weigh: (page, url) => page.length + url.length,
});
pages.set("/", "<html>");
assert.deepEqual(pages.stats().evicted, 0);
