/** Leases, caches and effects do the same on every backend. */

import { Cache } from "@mayfly/store/cache";
import { Leases } from "@mayfly/store/lease";
import { Once, OnceConflictError } from "@mayfly/store/once";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { it } from "@std/testing/bdd";
import { describeOnEvery } from "./backends.ts";
import { delay } from "./suite.ts";

describeOnEvery("leases", (opened) => {
  it("are held by one owner at a time, with growing fences", async () => {
    const { backend, connect } = opened();
    const owners = [backend, connect(), connect()]
      .map((storage) => new Leases({ storage, ttl: 10_000 }));
    const fences: number[] = [];
    let holders = 0;
    await Promise.all(
      Array.from({ length: 15 }, async (_, i) => {
        await using lease = await owners[i % 3]!.acquire("{é}:*?");
        assertEquals(++holders, 1);
        fences.push(lease!.fence);
        await delay(1);
        holders--;
      }),
    );
    assertEquals(fences, [...new Set(fences)].sort((a, b) => a - b));
    assertEquals(fences.length, 15);
  });

  it("are renewed, and available after their release", async () => {
    const { backend, connect } = opened();
    const leases = new Leases({ storage: backend, ttl: 300 });
    const others = new Leases({ storage: connect(), ttl: 300 });
    const lease = await leases.acquire("k");
    await delay(700);
    if (!lease!.signal.aborted) {
      assertEquals(await others.acquire("k", { wait: 0 }), undefined);
    }
    await lease!.release();
    const next = await others.acquire("k");
    assert(next!.fence > lease!.fence);
    await next!.release();
  });
});

describeOnEvery("a cache", (opened) => {
  it("loads a missing or stale value once", async () => {
    const { backend, connect } = opened();
    const options = { ttl: 500, staleWhileRevalidate: 60_000 };
    const caches = [backend, connect(), connect()]
      .map((storage) => new Cache<number>("c", { storage, ...options }));
    let loads = 0;
    const load = async () => {
      await delay(20);
      return ++loads;
    };
    const ask = () => Promise.all(caches.map((cache) => cache.get("k", load)));
    assertEquals(await ask(), [1, 1, 1]);
    await delay(600);
    assertEquals(await ask(), [1, 1, 1]);
    while (await caches[0]!.peek("k") === undefined) await delay(5);
    assertEquals(loads, 2);
    assertEquals(await caches[1]!.delete("k"), true);
    assertEquals(await caches[2]!.get("k", load), 3);
  });

  it("does not store a value that was loaded before a set", async () => {
    const { backend, connect } = opened();
    const [a, b] = [backend, connect()].map((storage) =>
      new Cache<string>("c", { storage, ttl: 60_000, staleIfError: 60_000 })
    );
    const loaded = await a!.get("k", async () => {
      await b!.set("k", "set");
      return "loaded";
    });
    assertEquals([loaded, await a!.peek("k")], ["loaded", "set"]);
  });
});

describeOnEvery("an effect", (opened) => {
  it("runs an effect once, and stores its result", async () => {
    const { backend, connect } = opened();
    const all = [backend, connect(), connect()]
      .map((storage) => new Once<{ id: number }>("o", { storage }));
    let count = 0;
    const effect = async () => {
      await delay(20);
      return { id: ++count };
    };
    const run = (once: Once<{ id: number }>) =>
      once.run("k", effect, { input: { to: "ada" } });
    assertEquals(await Promise.all(all.map(run)), Array(3).fill({ id: 1 }));
    await assertRejects(() => all[1]!.run("k", effect), OnceConflictError);
    assertEquals(await all[2]!.forget("k"), true);
    assertEquals(await run(all[0]!), { id: 2 });
  });
});
