import { ExpiringStore } from "@mayfly/store";
import {
  assertEquals,
  assertGreaterOrEqual,
  assertStrictEquals,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ManualClock, RemovalLog } from "./_support.ts";

describe("get, has and peek", () => {
  it("find what is there and nothing else", () => {
    using store = new ExpiringStore<string, object>();
    const value = {};
    store.set("a", value);
    assertStrictEquals(store.get("a"), value);
    assertStrictEquals(store.peek("a"), value);
    assertEquals(store.has("a"), true);
    assertEquals(store.get("b"), undefined);
    assertEquals(store.peek("b"), undefined);
    assertEquals(store.has("b"), false);
  });

  it("find a value that is undefined, null or false", () => {
    using store = new ExpiringStore<string, unknown>();
    for (const value of [undefined, null, false, 0, "", NaN]) {
      store.set("a", value);
      assertEquals(store.get("a"), value);
      assertEquals(store.peek("a"), value);
      assertEquals(store.has("a"), true);
    }
    assertEquals(store.stats().hits, 6);
  });
});

describe("remainingTtl and expiresAt", () => {
  it("tell the time", () => {
    const clock = new ManualClock(5000);
    using store = new ExpiringStore<string, number>({ now: clock.now });
    store.set("a", 1, 100).set("b", 2);
    clock.time += 30.5;
    assertEquals(store.remainingTtl("a"), 69.5);
    assertEquals(store.expiresAt("a"), 5100);
    assertEquals(store.remainingTtl("b"), Infinity);
    assertEquals(store.expiresAt("b"), Infinity);
    assertEquals(store.remainingTtl("c"), undefined);
    assertEquals(store.expiresAt("c"), undefined);
    clock.time = 5100;
    assertEquals(store.remainingTtl("a"), undefined);
    assertEquals(store.expiresAt("a"), undefined);
  });

  it("come of one look at the clock, so that they are never negative", () => {
    const times = [0, 1, 5];
    using store = new ExpiringStore<string, number>({
      now: () => times.shift()!,
    });
    store.set("a", 1, 2);
    assertGreaterOrEqual(store.remainingTtl("a")!, 0);
  });
});

describe("delete", () => {
  it("answers whether a live entry was there", () => {
    const clock = new ManualClock();
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      now: clock.now,
      onRemove: log.onRemove,
    });
    store.set("a", 1).set("b", 2, 10);
    assertEquals(store.delete("a"), true);
    assertEquals(store.delete("a"), false);
    clock.time += 10;
    assertEquals(store.delete("b"), false);
    assertEquals(log.take(), ["a=1 deleted", "b=2 expired"]);
    assertEquals(store.size, 0);
  });
});

describe("clear", () => {
  it("removes all, in order, what has expired as expired", () => {
    const clock = new ManualClock();
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      now: clock.now,
      onRemove: log.onRemove,
    });
    store.set("a", 1).set("b", 2, 10).set("c", 3, 20);
    clock.time += 10;
    assertEquals(store.clear(), undefined);
    assertEquals(log.take(), ["b=2 expired", "a=1 cleared", "c=3 cleared"]);
    assertEquals(store.stats().expired, 1);
    assertEquals([...store], []);
    store.clear();
    assertEquals(log.take(), []);
  });

  it("leaves no ghost of what was there", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<number, number>({
      ttl: 100,
      now: clock.now,
    });
    for (let i = 0; i < 100; i++) store.set(i, i);
    store.clear();
    for (let i = 0; i < 10; i++) store.set(i, -i, 1000);
    clock.time += 100;
    assertEquals(store.sweep(), 0);
    assertEquals(store.size, 10);
    clock.time += 900;
    assertEquals(store.sweep(), 10);
    assertEquals(store.stats().expired, 10);
  });
});

describe("size", () => {
  it("counts live entries only", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<number, number>({
      now: clock.now,
      sweepInterval: Infinity,
    });
    assertEquals(store.size, 0);
    for (let i = 0; i < 10; i++) store.set(i, i, 10 * (i + 1));
    for (let i = 10; i > 0; i--) {
      assertEquals(store.size, i);
      clock.time += 10;
    }
    assertEquals(store.size, 0);
  });
});
