/**
 * The packed package on the oldest Node that it claims, as a user's plain
 * JavaScript sees it.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  ConfigError,
  ExpiringStore,
  getStorageBackend,
  InMemoryStorage,
  setStorageBackend,
  StorageError,
} from "@mayfly/store";
import { getLogger } from "@mayfly/store/log";
import { getEnv, runtime, unrefTimer } from "@mayfly/store/runtime";
import { SqliteStorage } from "@mayfly/store/sqlite";

test("the store expires, on read and by its sweep", async () => {
  const removed = [];
  let time = 1000;
  const store = new ExpiringStore({
    ttl: 50,
    now: () => time,
    onRemove: (...removal) => removed.push(removal),
  });
  store.set("a", 1).set("b", 2, Infinity);
  time += 49;
  assert.equal(store.get("a"), 1);
  time += 1;
  assert.equal(store.get("a"), undefined);
  assert.deepEqual([...store], [["b", 2]]);
  assert.deepEqual(removed, [[1, "a", "expired"]]);
  store[Symbol.dispose]();

  const swept = new ExpiringStore({
    ttl: 10,
    sweepInterval: 10,
    onRemove: (...removal) => removed.push(removal),
  });
  swept.set("c", 3);
  for (let i = 0; removed.length < 3 && i < 500; i++) await pause(20);
  assert.deepEqual(removed.at(-1), [3, "c", "expired"]);
  assert.throws(() => swept.set("d", 4, -1), RangeError);
});

test("the storage answers as Redis does", async () => {
  const storage = new InMemoryStorage();
  assert.equal(storage.setex("a", 60, "1"), "OK");
  storage.setWithTtl("b", 0.01, "2");
  assert.equal(storage.get("a"), "1");
  await pause(50);
  assert.equal(storage.get("b"), null);
  storage.shutdown();

  process.env.CONVERSATION_TIMEOUT_HOURS = "soon";
  assert.throws(() => getStorageBackend(), ConfigError);
  delete process.env.CONVERSATION_TIMEOUT_HOURS;
  assert.equal(getStorageBackend(), getStorageBackend());
  setStorageBackend(undefined);
});

test("a file says what it lacks where the runtime has no SQLite", () => {
  // `node:sqlite` came with Node 22.5.
  assert.throws(
    () => new SqliteStorage(":memory:"),
    (error) => error instanceof StorageError && error.code === "unavailable",
  );
});

test("the runtime is known", () => {
  assert.equal(runtime, "node");
  assert.equal(getEnv("MAYFLY_NO_SUCH_VARIABLE"), undefined);
  unrefTimer(setTimeout(() => assert.fail("held the process"), 3_600_000));
});

test("the log goes to stderr", () => {
  if (process.env.MAYFLY_SMOKE_LOG) {
    getLogger().info("a line");
    return;
  }
  const { stderr, stdout } = spawnSync(
    process.execPath,
    ["--test-reporter=tap", fileURLToPath(import.meta.url)],
    { encoding: "utf8", env: { ...process.env, MAYFLY_SMOKE_LOG: "1" } },
  );
  assert.match(stderr, /a line/);
  assert.doesNotMatch(stdout, /a line/);
});
