/**
 * What happens past 2^24 keys, where V8's `Map` throws: the store holds more than
 * that, or refuses with a `StoreFullError` and loses nothing. It takes some GB and
 * a minute, so it is no part of the tests.
 *
 *     node tests/tools/run.js bench/limits.ts
 *     npm run deno -- run bench/limits.ts; npm run bun -- bench/limits.ts
 */
import process from "node:process";
import { ExpiringStore, StoreFullError } from "../mod.ts";

const LIMIT = 2 ** 24;
/** So many are tried past the limit. */
const PAST = 1000;
const TTL = 24 * 3_600_000;

function fail(what: string): never {
  console.log(`Failed: ${what}`);
  process.exit(1);
}

const store = new ExpiringStore<number, number>({ ttl: TTL });
const start = performance.now();
let held = 0;
let refusals = 0;
for (let key = 0; key < LIMIT + PAST; key++) {
  try {
    store.set(key, key);
    held++;
  } catch (error) {
    if (!(error instanceof StoreFullError)) fail(String(error));
    if (refusals++ === 0) console.log(`At ${held} keys: ${error.message}`);
  }
}
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.log(`Holds ${held} keys, refused ${refusals}, after ${seconds} s`);

// Nothing is lost, nothing is there twice.
if (held < 2 ** 23) fail("it holds less than half of what a Map can");
if (store.size !== held) fail(`its size is ${store.size}`);
for (let key = 0; key < LIMIT + PAST; key++) {
  const value = store.get(key);
  if (key < held ? value !== key : value !== undefined) {
    fail(`under ${key} there is ${value}`);
  }
}
// It goes on working.
store.set(0, -1);
if (store.get(0) !== -1 || store.size !== held) {
  fail("a key cannot be set again");
}
if (!store.delete(1)) fail("a key cannot be deleted");
let rest = held - 1;
try {
  store.set(LIMIT + PAST, 7);
  rest++;
} catch (error) {
  // V8 keeps the places of deleted keys until half of them are deleted.
  if (!(error instanceof StoreFullError)) fail(String(error));
  console.log("There is no room right after a delete");
}
if (store.size !== rest) fail(`its size is ${store.size} after a delete`);
if (rest === held && store.get(LIMIT + PAST) !== 7) fail("a key was lost");
store.clear();
store.set(0, 0);
if (store.size !== 1) fail(`its size is ${store.size} after it was cleared`);
store.shutdown();
const gigabytes = (process.memoryUsage.rss() / 1e9).toFixed(1);
console.log(`Nothing was lost; the process takes ${gigabytes} GB`);
process.exit();
