import { ExpiringStore } from "@mayfly/store";
import { assertEquals, assertThrows } from "@std/assert";
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

describe("the maxAge of one entry", () => {
  function make(maxAge?: number): {
    clock: ManualClock;
    store: ExpiringStore<string, number>;
  } {
    const clock = new ManualClock(0);
    const store = new ExpiringStore<string, number>({
      ttl: 100,
      sliding: true,
      now: clock.now,
      ...(maxAge === undefined ? {} : { maxAge }),
    });
    return { clock, store };
  }

  /** Reads the entry every 10 ms until it is gone; returns when that was. */
  function readToTheEnd(
    store: ExpiringStore<string, number>,
    clock: ManualClock,
  ): number {
    while (store.get("a") !== undefined && clock.time < 5000) clock.time += 10;
    return clock.time;
  }

  it("ends it, however often it is read", () => {
    const { store, clock } = make();
    store.set("b", 1).set("a", 1, { maxAge: 250 });
    assertEquals(readToTheEnd(store, clock), 250);
    store.set("b", 1);
    for (let i = 0; i < 100; i++, clock.time += 50) store.get("b");
    assertEquals(store.has("b"), true);
  });

  it("holds in place of the store's, longer or shorter", () => {
    for (const maxAge of [150, 700, Infinity]) {
      const { store, clock } = make(300);
      store.set("a", 1, { maxAge });
      assertEquals(readToTheEnd(store, clock), Math.min(maxAge, 5000));
      store.set("a", 2);
      const start = clock.time;
      while (store.get("a") !== undefined) clock.time += 10;
      assertEquals(clock.time - start, 300);
    }
  });

  it("goes with each way to say how long", () => {
    const { store } = make();
    store.set("a", 1, { ttl: 50, maxAge: 20 });
    assertEquals(store.expiresAt("a"), 20);
    store.set("a", 1, { ttl: Infinity, maxAge: 30 });
    assertEquals(store.expiresAt("a"), 30);
    store.set("a", 1, { expiresAt: 500, maxAge: 40 });
    assertEquals(store.expiresAt("a"), 40);
    assertEquals(store.touch("a", 1000), true);
    assertEquals(store.expiresAt("a"), 40);
    store.set("a", 1, { expiresAt: 20, maxAge: 40 });
    assertEquals(store.expiresAt("a"), 20);
  });

  it("is forgotten when the entry is set anew", () => {
    const { store, clock } = make();
    store.set("a", 1, { maxAge: 50 });
    store.set("a", 2);
    assertEquals(readToTheEnd(store, clock), 5000);
    store.set("a", 3, { maxAge: 50, ttl: Infinity }).set("a", 4, Infinity);
    assertEquals(store.expiresAt("a"), Infinity);
  });

  it("is kept by keepTtl, unless that brings one of its own", () => {
    const { store, clock } = make(400);
    store.set("a", 1, { maxAge: 200 });
    clock.time = 50;
    store.set("a", 2, { keepTtl: true });
    assertEquals(store.expiresAt("a"), 100);
    assertEquals(readToTheEnd(store, clock), 200);
    store.set("a", 3, { maxAge: 200 });
    store.set("a", 4, { keepTtl: true, maxAge: 60 });
    assertEquals(store.expiresAt("a"), clock.time + 60);
    const end = clock.time + 60;
    assertEquals(readToTheEnd(store, clock), end);
    // There is none to keep: the default ttl, and the maxAge that is given.
    store.set("a", 5, { keepTtl: true, maxAge: 30 });
    assertEquals(store.remainingTtl("a"), 30);
    store.set("b", 5, { keepTtl: true });
    assertEquals(store.remainingTtl("b"), 100);
  });

  it("is a positive number", () => {
    const { store } = make();
    for (const maxAge of [0, -1, NaN]) {
      assertThrows(() => store.set("a", 1, { maxAge }), RangeError, "maxAge");
    }
    assertThrows(
      () => store.set("a", 1, { maxAge: "5" as unknown as number }),
      TypeError,
      "maxAge",
    );
    assertEquals(store.has("a"), false);
  });
});
