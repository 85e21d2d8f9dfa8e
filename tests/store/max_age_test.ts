import { ExpiringStore } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ManualClock } from "./_support.ts";

function makeStore(options: { ttl?: number; sliding?: boolean } = {}): {
  clock: ManualClock;
  store: ExpiringStore<string, number>;
} {
  const clock = new ManualClock();
  const store = new ExpiringStore<string, number>({
    maxAge: 100,
    now: clock.now,
    ...options,
  });
  return { clock, store };
}

describe("maxAge", () => {
  it("is a deadline without a ttl", () => {
    const { store, clock } = makeStore();
    store.set("a", 1).set("b", 2, Infinity).set("c", 3, 1e6);
    assertEquals(store.remainingTtl("a"), 100);
    assertEquals(store.remainingTtl("b"), 100);
    assertEquals(store.remainingTtl("c"), 100);
    clock.time += 100;
    assertEquals(store.size, 0);
  });

  it("is not outlived by reading", () => {
    const { store, clock } = makeStore({ ttl: 40, sliding: true });
    store.set("a", 1);
    for (let i = 0; i < 3; i++) {
      clock.time += 30;
      assertEquals(store.get("a"), 1);
    }
    assertEquals(store.remainingTtl("a"), 10);
    clock.time += 10;
    assertEquals(store.get("a"), undefined);
  });

  it("is not outlived by touching, whatever the ttl", () => {
    const { store, clock } = makeStore({ ttl: 40 });
    store.set("a", 1).set("b", 2).set("c", 3);
    clock.time += 30;
    store.touch("a");
    assertEquals(store.remainingTtl("a"), 40);
    store.touch("b", 1e6);
    store.touch("c", Infinity);
    assertEquals(store.remainingTtl("b"), 70);
    assertEquals(store.remainingTtl("c"), 70);
    clock.time += 35;
    store.touch("a");
    assertEquals(store.remainingTtl("a"), 35);
    store.touch("a", 5);
    assertEquals(store.remainingTtl("a"), 5);
  });

  it("is not outlived by an expiresAt", () => {
    const { store } = makeStore();
    store.set("a", 1, { expiresAt: 2_000_000 });
    store.set("b", 2, { expiresAt: Infinity });
    store.set("c", 3, { expiresAt: 1_000_050 });
    assertEquals(store.remainingTtl("a"), 100);
    assertEquals(store.remainingTtl("b"), 100);
    assertEquals(store.remainingTtl("c"), 50);
  });

  it("starts anew with each set, but not with getOrInsert on what is there", () => {
    const { store, clock } = makeStore();
    store.set("a", 1);
    clock.time += 60;
    store.getOrInsert("a", 2);
    assertEquals(store.remainingTtl("a"), 40);
    store.set("a", 2);
    assertEquals(store.remainingTtl("a"), 100);
  });

  it("counts for each entry of many", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<number, number>({
      maxAge: 1000,
      ttl: 10,
      now: clock.now,
    });
    for (let i = 0; i < 200; i++) {
      store.set(i, i, 2000);
      clock.time += 1;
    }
    for (let i = 0; i < 200; i++) {
      store.touch(i);
      store.touch(i, 5000);
      assertEquals(store.remainingTtl(i), 800 + i);
    }
  });
});
