import { ExpiringStore } from "@mayfly/store";
import assert from "node:assert/strict";

let requests = 0;
function load(city: string): Promise<string> {
  requests++;
  return Promise.resolve(`weather of ${city}`);
}

const weather = new ExpiringStore<string, Promise<string>>({ ttl: 60_000 });
const answers = await Promise.all(
  Array.from({ length: 1000 }, () => weather.getOrInsertComputed("Oslo", load)),
);
assert.deepEqual([requests, answers[999]], [1, "weather of Oslo"]);
