/** Leases, caches, effects and collections in one backend never reach each other's keys. */

import { InMemoryStorage } from "@mayfly/store";
import { Cache } from "@mayfly/store/cache";
import { Collection } from "@mayfly/store/collection";
import { type Lease, Leases } from "@mayfly/store/lease";
import { Once } from "@mayfly/store/once";
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

const TTL = 60_000;

/** Acquires leases of free keys, all at once. */
async function acquireAll(leases: Leases[], keys: string[]): Promise<Lease[]> {
  const held = await Promise.all(
    leases.flatMap((each) => keys.map((key) => each.acquire(key, { wait: 0 }))),
  );
  return held.map((lease) => {
    assert(lease, "A key has two uses");
    return lease;
  });
}

describe("things in one backend", () => {
  it("never meet if they have one name", async () => {
    using storage = new InMemoryStorage();
    const entries = new Collection<number>("x", { storage });
    const caches = ["x", "x:"].map((name) =>
      new Cache<number>(name, { storage, ttl: TTL, staleIfError: TTL })
    );
    const once = new Once<number>("x", { storage });
    const leases = ["x", "x:"].map((prefix) => new Leases({ storage, prefix }));
    await entries.set("k", 1);
    assertEquals(await caches[0]!.get("k", () => 2), 2);
    assertEquals(await caches[1]!.get("k", () => 3), 3);
    assertEquals(await once.run("k", () => 4), 4);
    const held = await acquireAll(leases, ["k"]);
    assertEquals(await Array.fromAsync(entries.keys()), ["k"]);
    await entries.clear();
    for (const lease of held) assertEquals(await lease.release(), true);
    assertEquals(await caches[0]!.peek("k"), 2);
    assertEquals(await caches[1]!.peek("k"), 3);
    assertEquals(await once.run("k", () => 5), 4);
  });

  for (const prefix of ["lease:", "lease", "", "a:b:", "é"]) {
    it(`never meet leases with the prefix "${prefix}"`, async () => {
      using storage = new InMemoryStorage();
      const name = prefix.replace(/:$/, "") || "x";
      const entries = new Collection<number>(name, { storage });
      const cache = new Cache<number>(name, { storage, ttl: TTL });
      await entries.set("k", 1);
      await cache.set("k", 2);
      // One lease's key may look like another's counter of fences.
      const keys = ["k", "fencek", "fence:k", "lease:k", ":k", "cache:k"];
      const held = await acquireAll([new Leases({ storage, prefix })], keys);
      assert(held.every(({ fence }) => fence > 1e12));
      assertEquals(await Array.fromAsync(entries.keys()), ["k"]);
      await entries.clear();
      assertEquals(await cache.peek("k"), 2);
      for (const lease of held) assertEquals(await lease.release(), true);
    });
  }
});
