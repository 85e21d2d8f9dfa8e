/** What becomes of a load while others set, delete and refresh. */

import { InMemoryStorage } from "@mayfly/store";
import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { cacheOf, LEASE, Origin, TTL } from "./_cache.ts";
import { connect, FakeClock, gate, settle } from "./_support.ts";

describe("a load that is under way", () => {
  /** A load that is held, and the cache of the same process or of another. */
  async function underWay(
    storage: InMemoryStorage,
    from: string,
    options: { staleIfError?: number },
  ) {
    const cache = cacheOf(connect(storage), options);
    const other = from === "another"
      ? cacheOf(connect(storage), options)
      : cache;
    const origin = new Origin();
    const { hold, open } = gate();
    origin.hold = hold;
    const loading = cache.get("k", origin.load);
    await settle();
    return { cache, other, origin, loading, open };
  }

  for (const from of ["the same process", "another"]) {
    for (const options of [{}, { staleIfError: 10 * TTL }]) {
      const windows = "staleIfError" in options ? ", with stale values" : "";

      it(`stores nothing over a value that ${from} sets${windows}`, async () => {
        using clock = new FakeClock();
        using storage = new InMemoryStorage();
        const load = await underWay(storage, from, options);
        const { cache, other, origin, loading, open } = load;
        await other.set("k", 42);
        assertEquals(await cache.get("k", origin.load), 42);
        open();
        assertEquals(await loading, 1);
        assertEquals(await other.get("k", origin.load), 42);
        if (windows === "") return;
        await clock.pass(TTL);
        origin.failure = new Error("no origin");
        assertEquals(await other.get("k", origin.load), 42);
      });

      it(`stores nothing where ${from} deletes its key${windows}`, async () => {
        using clock = new FakeClock();
        using storage = new InMemoryStorage();
        const load = await underWay(storage, from, options);
        const { cache, other, origin, loading, open } = load;
        assertEquals(await other.delete("k"), false);
        // Who asks after the deletion does not get what was loaded before it.
        const later = cache.get("k", origin.load);
        await settle();
        open();
        assertEquals(await loading, 1);
        await clock.pass(LEASE);
        assertEquals(await later, 2);
        assertEquals(await other.peek("k"), 2);
      });
    }
  }
});

describe("Cache.refresh", () => {
  it("loads although there is a fresh value, which others get meanwhile", async () => {
    using storage = new InMemoryStorage();
    const cache = cacheOf(storage);
    const origin = new Origin();
    await cache.get("k", origin.load);
    const { hold, open } = gate();
    origin.hold = hold;
    const refreshed = Promise.all([
      cache.refresh("k", origin.load),
      cache.refresh("k", origin.load),
    ]);
    await settle();
    assertEquals(await cache.get("k", origin.load), 1);
    open();
    assertEquals(await refreshed, [2, 2]);
    assertEquals(await cache.get("k", origin.load), 2);
    assertEquals(origin.stale, [undefined, 1]);
  });

  it("leaves the fresh value where its load throws", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const cache = cacheOf(storage);
    const origin = new Origin();
    await cache.get("k", origin.load);
    origin.failure = new Error("no origin");
    clock.time.tick(TTL / 2);
    await assertRejects(
      () => cache.refresh("k", origin.load),
      Error,
      "no origin",
    );
    clock.time.tick(TTL / 2 - 1);
    assertEquals(await cache.peek("k"), 1);
    clock.time.tick(1);
    assertEquals(await cache.peek("k"), undefined);
  });

  it("of many processes loads once", async () => {
    using clock = new FakeClock();
    using storage = new InMemoryStorage();
    const caches = [1, 2, 3, 4].map(() => cacheOf(connect(storage)));
    const origin = new Origin();
    await caches[0]!.set("k", 100);
    const all = caches.map((cache) => cache.refresh("k", origin.load));
    await clock.pass(LEASE);
    assertEquals(await Promise.all(all), [1, 1, 1, 1]);
  });
});
