import { ExpiringStore } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ManualClock } from "./_support.ts";

describe("stats", () => {
  it("is a plain object of its own, of numbers", () => {
    using store = new ExpiringStore<string, number>();
    const stats = store.stats();
    assertEquals(stats, {
      entries: 0,
      hits: 0,
      misses: 0,
      expired: 0,
      evicted: 0,
    });
    assertEquals(Object.getPrototypeOf(stats), Object.prototype);
    store.set("a", 1);
    assertEquals(stats.entries, 0);
    assertEquals(store.stats().entries, 1);
  });

  it("counts get and the upsert pair as hits and misses, and nothing else", () => {
    using store = new ExpiringStore<string, number>();
    store.get("a");
    store.getOrInsert("a", 1);
    store.getOrInsertComputed("b", () => 2);
    const before = { entries: 2, hits: 0, misses: 3, expired: 0, evicted: 0 };
    assertEquals(store.stats(), before);
    for (const key of ["a", "z"]) {
      store.has(key);
      store.peek(key);
      store.touch(key);
      store.remainingTtl(key);
      store.expiresAt(key);
    }
    store.size;
    store.forEach(() => {});
    store.set("a", 5);
    store.delete("z");
    assertEquals(store.stats(), before);
    store.get("a");
    store.getOrInsert("a", 3);
    store.getOrInsertComputed("a", () => 4);
    assertEquals(store.stats(), { ...before, hits: 3 });
  });

  it("counts what expired, found by a call or swept, and what was evicted", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<number, number>({
      now: clock.now,
      maxEntries: 3,
    });
    store.set(1, 1, 10).set(2, 2, 10).set(3, 3, 10);
    clock.time += 10;
    store.get(1);
    assertEquals(store.stats().entries, 0);
    assertEquals(store.stats().expired, 1);
    store.sweep();
    assertEquals(store.stats(), {
      entries: 0,
      hits: 0,
      misses: 1,
      expired: 3,
      evicted: 0,
    });
    for (let i = 0; i < 5; i++) store.set(i, i);
    store.delete(4);
    store.clear();
    assertEquals(store.stats(), {
      entries: 0,
      hits: 0,
      misses: 1,
      expired: 3,
      evicted: 2,
    });
  });
});
