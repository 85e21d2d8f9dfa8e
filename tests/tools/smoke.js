/**
 * The packed package on the oldest Node that it claims, as a user's plain
 * JavaScript sees it.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  ConfigError,
  ExpiringStore,
  getStorageBackend,
  InMemoryStorage,
  listKeys,
  setStorageBackend,
  StorageError,
  update,
} from "@mayfly/store";
import { Cache } from "@mayfly/store/cache";
import { connectStorage } from "@mayfly/store/connect";
import { Conversations } from "@mayfly/store/conversations";
import { Collection, CollectionValueError } from "@mayfly/store/collection";
import { HandleError, Handles } from "@mayfly/store/handles";
import { Leases } from "@mayfly/store/lease";
import { getLogger } from "@mayfly/store/log";
import { Once } from "@mayfly/store/once";
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

test("a storage is opened by its URL, and its keys are updated and listed", async () => {
  const storage = await connectStorage("memory:");
  const increment = (value) => String(Number(value ?? 0) + 1);
  await Promise.all([1, 2, 3].map(() => update(storage, "k", increment)));
  for await (const key of listKeys(storage, "*")) {
    assert.deepEqual([key, storage.get(key)], ["k", "3"]);
  }
  await storage[Symbol.asyncDispose]();
  await assert.rejects(
    connectStorage("redis://:S3CRET@127.0.0.1:1"),
    (error) =>
      error.name === "StorageError" && error.code === "unavailable" &&
      !error.stack.includes("S3CRET"),
  );
});

test("conversations and handles are kept in a storage", async () => {
  const storage = new InMemoryStorage();
  const conversations = new Conversations({ storage, maxTurns: 9 });
  const id = await conversations.create();
  const appended = await Promise.all(
    ["One", "Two"].map((content) =>
      conversations.append(id, { role: "user", content })
    ),
  );
  assert.deepEqual(appended.map(({ remaining }) => remaining), [8, 7]);
  const { text } = await conversations.history(id, { maxTokens: 99 });
  assert.equal(text, "user: One\n\nuser: Two");

  const handles = new Handles({ storage });
  const handle = await handles.mint({ id }, { owner: "ada" });
  await assert.rejects(
    handles.take(handle),
    (error) => error instanceof HandleError && error.reason === "gone",
  );
  assert.deepEqual(await handles.take(handle, { owner: "ada" }), { id });
  storage.shutdown();
});

test("one of many holds a lease, loads a value, does an effect", async () => {
  const storage = new InMemoryStorage();
  const leases = new Leases({ storage });
  const lease = await leases.acquire("k");
  assert.equal(await leases.acquire("k", { wait: 0 }), undefined);
  assert.equal(await lease.release(), true);

  let count = 0;
  const cache = new Cache("c", { storage, ttl: 1000 });
  const once = new Once("o", { storage });
  for (let i = 0; i < 2; i++) {
    assert.equal(await cache.get("k", () => ++count), 1);
    const options = { input: { b: 1, a: [2] } };
    assert.equal(await once.run("k", () => `did ${count}`, options), "did 1");
  }
  storage.close();
});

test("a collection keeps values, and gives each to one", async () => {
  const storage = new InMemoryStorage();
  const users = new Collection("user", { storage, ttl: 60_000 });
  await users.update("ada", () => ({ name: "Ada" }));
  assert.equal(await users.add("ada", { name: "Bob" }), false);
  for await (const entry of users.entries()) {
    assert.deepEqual(entry, ["ada", { name: "Ada" }]);
  }
  const taken = await Promise.all([users.take("ada"), users.take("ada")]);
  assert.deepEqual(taken, [{ name: "Ada" }, undefined]);
  await assert.rejects(users.set("ada", new Map()), CollectionValueError);
  await assert.rejects(users.set("\ud800", {}), RangeError);
  storage.close();
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

test("every entry can be required, and is what an import gives", {
  skip: process.features.require_module ? false : "Node before 20.19",
}, async () => {
  const require = createRequire(import.meta.url);
  const manifest = JSON.parse(
    readFileSync(
      new URL("node_modules/@mayfly/store/package.json", import.meta.url),
      "utf8",
    ),
  );
  const entries = Object.keys(manifest.exports);
  assert.ok(entries.length > 3);
  for (const entry of entries) {
    const name = manifest.name + entry.slice(1);
    assert.strictEqual(require(name), await import(name));
  }
  const { ExpiringStore: Required } = require("@mayfly/store");
  assert.strictEqual(Required, ExpiringStore);
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
