/** The response cache for the SDK's client, on every backend. */

import { InMemoryStorage, type StorageBackend } from "@mayfly/store";
import { type CacheKey, createResponseCacheStore } from "@mayfly/store/mcp";
import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { assertRefusesOptions } from "../backend/_bad_options.ts";
import { describeOnEvery } from "../suites/backend/backends.ts";

const DAY = 86_400_000;

function list(partition: string, method = "tools/list"): CacheKey {
  return { method, params: "", partition };
}

describeOnEvery("createResponseCacheStore", (opened) => {
  const make = (storage: StorageBackend = opened().backend) =>
    createResponseCacheStore({ storage });

  it("returns an entry as it was set, with its stamp", async () => {
    const cache = make();
    const value = '{"tools":[{"name":"ä\\u0000"}]}  ';
    const entries = [
      { value },
      { value: "", expiresAt: 1, scope: "public" as const },
      { value: "no JSON", scope: "private" as const },
    ];
    for (const entry of entries) {
      const stamp = await cache.set(list("a"), entry);
      assertEquals(await cache.get(list("a")), { ...entry, stamp });
    }
  });

  it("keeps stale entries: the client decides what is fresh", async () => {
    const cache = make();
    await cache.set(list("a"), { value: "v", expiresAt: Date.now() - DAY });
    assertEquals((await cache.get(list("a")))?.value, "v");
  });

  it("separates keys with any characters in their parts", async () => {
    const cache = make();
    const keys: CacheKey[] = [
      { method: "m" },
      { method: "m", params: "p" },
      { method: "m", partition: "p" },
      { method: "m", params: '","', partition: "" },
      { method: "m", params: "", partition: '","' },
      { method: "m:p" },
      { method: 'm","' },
    ];
    for (const [i, key] of keys.entries()) {
      await cache.set(key, { value: `${i}` });
    }
    for (const [i, key] of keys.entries()) {
      assertEquals((await cache.get(key))?.value, `${i}`);
    }
    assertEquals(
      (await cache.get({ method: "m", params: "", partition: "" }))?.value,
      "0",
    );
  });

  it("deletes one entry", async () => {
    const cache = make();
    await cache.set(list("a"), { value: "1" });
    await cache.set(list("b"), { value: "2" });
    await cache.delete(list("a"));
    await cache.delete(list("never there"));
    assertEquals(await cache.get(list("a")), undefined);
    assertEquals((await cache.get(list("b")))?.value, "2");
  });

  it("evicts a method in every partition, and clears all", async () => {
    const cache = make();
    const others = make(opened().connect());
    const keys = [list("a"), list("b"), list("a", "prompts/list")];
    const values = async () =>
      (await Promise.all(keys.map((key) => others.get(key))))
        .map((entry) => entry?.value);
    for (const key of keys) await cache.set(key, { value: "1" });
    assertEquals(await values(), ["1", "1", "1"]);
    await others.evict("tools/list");
    assertEquals(await values(), [undefined, undefined, "1"]);
    await cache.set(keys[0]!, { value: "2" });
    assertEquals(await values(), ["2", undefined, "1"]);
    await cache.clear();
    assertEquals(await values(), [undefined, undefined, undefined]);
    await others.set(keys[0]!, { value: "3" });
    assertEquals(await values(), ["3", undefined, undefined]);
  });

  it("does not revive an entry that was evicted while it was being set", async () => {
    const cache = make();
    for (let i = 0; i < 30; i++) {
      const settings = [
        cache.set(list("a"), { value: "old" }),
        cache.evict("tools/list"),
      ];
      await Promise.all(i % 2 ? settings : settings.reverse());
      // It was set before the eviction or after it; but not half.
      const first = await cache.get(list("a"));
      assertEquals(await cache.get(list("a")), first);
      await cache.evict("tools/list");
      assertEquals(await cache.get(list("a")), undefined);
    }
  });

  it("stamps grow over connections, without duplicates", async () => {
    const caches = [make(), make(opened().connect())];
    let last = 0;
    for (let i = 0; i < 20; i++) {
      const stamp = await caches[i % 2]!.set(list("a"), { value: `${i}` });
      assertGreater(stamp, last);
      assert(Number.isSafeInteger(stamp));
      last = stamp;
    }
    const stamps = await Promise.all(
      Array.from(
        { length: 100 },
        (_, i) => caches[i % 2]!.set(list(`${i}`), { value: "v" }),
      ),
    );
    assertEquals(new Set(stamps).size, 100);
    assert(stamps.every((stamp) => stamp > last));
  });

  it("stores nothing without a TTL", async () => {
    const cache = make();
    await cache.set(list("a"), { value: "v" });
    await cache.evict("tools/list");
    await cache.clear();
    await cache.get(list("b"));
    const { backend } = opened();
    const names = ["stamp", "mark", "mark:tools/list"]
      .map((name) => `mcp-cache:${name}`);
    names.push('mcp-cache:entry:["tools/list","","a"]');
    for (const name of names) {
      const left = await backend.pttl(name);
      assert(left > DAY - 60_000 && left <= DAY, `${name}: ${left} ms left`);
    }
  });

  it("treats foreign text as a miss", async () => {
    const cache = make();
    const key = 'mcp-cache:entry:["m","",""]';
    for (const text of ["", "no JSON", "null", "7", '{"value":1}', "[]"]) {
      await opened().backend.set(key, text);
      assertEquals(await cache.get({ method: "m" }), undefined);
    }
    await opened().backend.set("mcp-cache:stamp", "no number");
    assertGreater(await cache.set({ method: "m" }, { value: "v" }), 0);
    assertEquals((await cache.get({ method: "m" }))?.value, "v");
  });
});

describe("createResponseCacheStore", () => {
  it("keeps an entry for its TTL, with any use", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const cache = createResponseCacheStore({ storage, ttl: 999.5 });
    await cache.set(list("a"), { value: "v", expiresAt: Date.now() + DAY });
    for (let ms = 0; ms < 999; ms += 333) {
      assertEquals((await cache.get(list("a")))?.value, "v");
      time.tick(333);
    }
    assertEquals((await cache.get(list("a")))?.value, "v");
    time.tick(1);
    assertEquals(await cache.get(list("a")), undefined);
    // The marks were used just now, so they stay for as long again.
    time.tick(1000);
    assertEquals(storage.dbsize(), 0);
  });

  it("revives nothing when a mark has expired", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const cache = createResponseCacheStore({ storage, ttl: 1000 });
    await cache.evict("tools/list");
    time.tick(900);
    await cache.set(list("a"), { value: "old" });
    await cache.evict("tools/list");
    // The entry has 999 ms to go; without a use the mark has 1000.
    time.tick(1);
    storage.del("mcp-cache:mark:tools/list");
    assertEquals(await cache.get(list("a")), undefined);
    await cache.evict("tools/list");
    assertEquals(await cache.get(list("a")), undefined);
  });

  it("continues with higher stamps after the last one expired", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    const cache = createResponseCacheStore({ storage, ttl: 1000 });
    let last = 0;
    for (let i = 0; i < 10; i++) {
      last = await cache.set(list("a"), { value: `${i}` });
    }
    time.tick(5000);
    assertEquals(storage.dbsize(), 0);
    assertGreater(await cache.set(list("a"), { value: "v" }), last);
    // Nor does a process whose clock is behind go back behind one whose clock is ahead.
    const ahead = (Date.now() + DAY) * 1000;
    storage.set("mcp-cache:stamp", String(ahead), "PX", 1000);
    assertEquals(await cache.set(list("a"), { value: "v" }), ahead + 1);
  });

  it("refuses invalid options and arguments", async () => {
    // deno-lint-ignore no-explicit-any
    const make = createResponseCacheStore as any;
    assertRefusesOptions(make, "make the response cache", [
      [{ keep: 1 }, TypeError],
    ]);
    using storage = new InMemoryStorage();
    const cache = make({ storage });
    for (
      const key of [undefined, 1, { method: 1 }, { method: "m", params: 1 }]
    ) {
      await assertRejects(() => cache.get(key), TypeError);
      await assertRejects(() => cache.delete(key), TypeError);
      await assertRejects(() => cache.set(key, { value: "" }), TypeError);
    }
    // Half a surrogate pair would be stored as another key.
    await assertRejects(() => cache.get({ method: "\ud800" }), RangeError);
    await assertRejects(() => cache.evict("\ud800"), RangeError);
    await assertRejects(() => cache.set({ method: "m" }, {}), TypeError);
    await assertRejects(() => cache.set({ method: "m" }), TypeError);
    await assertRejects(() => cache.evict(), TypeError);
    assertEquals(storage.dbsize(), 0);
  });
});
