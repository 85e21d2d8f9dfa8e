import { ExpiringStore } from "@mayfly/store";
import { assertEquals, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { ManualClock, RemovalLog } from "./_support.ts";

describe("sweep", () => {
  it("removes all that is due now, and answers how many", () => {
    const clock = new ManualClock();
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      now: clock.now,
      onRemove: log.onRemove,
    });
    store.set("a", 1, 10).set("b", 2, 20).set("c", 3, 10).set("d", 4);
    assertEquals(store.sweep(), 0);
    clock.time += 10;
    assertEquals(store.sweep(), 2);
    assertEquals(log.take().sort(), ["a=1 expired", "c=3 expired"]);
    assertEquals(store.sweep(), 0);
    clock.time += 10;
    assertEquals(store.sweep(), 1);
    assertEquals([...store.keys()], ["d"]);
    assertEquals(store.stats().expired, 3);
  });

  it("removes all in one go, however many", () => {
    const clock = new ManualClock();
    let told = 0;
    using store = new ExpiringStore<number, number>({
      now: clock.now,
      onRemove: () => told++,
    });
    for (let i = 0; i < 20_000; i++) store.set(i, i, 10 + i % 1000);
    clock.time += 2000;
    assertEquals(store.sweep(), 20_000);
    assertEquals(told, 20_000);
    assertEquals(store.size, 0);
  });

  it("does not count twice what a callback sweeps", () => {
    const clock = new ManualClock();
    let inside = 0;
    using store: ExpiringStore<number, number> = new ExpiringStore<
      number,
      number
    >({
      now: clock.now,
      onRemove: () => inside += store.sweep(),
    });
    for (let i = 0; i < 50; i++) store.set(i, i, 10);
    clock.time += 10;
    assertEquals(store.sweep() + inside, 50);
    assertEquals(store.stats().expired, 50);
  });

  it("ends, though a callback sets what is due at once", () => {
    const clock = new ManualClock();
    using store: ExpiringStore<number, number> = new ExpiringStore<
      number,
      number
    >({
      now: clock.now,
      onRemove: (_value, key) => void store.set(key, 1, Number.MIN_VALUE),
    });
    for (let i = 0; i < 5; i++) store.set(i, i, 10);
    clock.time += 10;
    assertEquals(store.sweep(), 5);
    assertEquals(store.has(0), false);
  });

  it("costs what has expired, not what is alive", () => {
    // Two stores that differ in what is alive ask for the length of a bucket as often.
    const looks = [100, 10_000].map((alive) => {
      const clock = new ManualClock(0);
      using store = new ExpiringStore<number, number>({
        now: clock.now,
        sweepInterval: Infinity,
      });
      for (let i = 0; i < alive; i++) store.set(i, i, 1e9 + i);
      for (let i = 0; i < 100; i++) store.set(-1 - i, i, 1000);
      clock.time = 1000;
      let looks = 0;
      const { floor } = Math;
      Math.floor = (x) => {
        looks++;
        return floor(x);
      };
      try {
        assertEquals(store.sweep(), 100);
      } finally {
        Math.floor = floor;
      }
      return looks;
    });
    assertEquals(looks[0], looks[1]);
    assertLessOrEqual(looks[0], 100);
  });
});

describe("sweepInterval", () => {
  for (const [given, interval] of [[undefined, 1000], [50, 50], [0.5, 1]]) {
    it(`of ${given} is how long what has expired may stay`, () => {
      using time = new FakeTime(0);
      const gone = new Map<number, number>();
      using store = new ExpiringStore<number, number>({
        ...(given === undefined ? {} : { sweepInterval: given }),
        onRemove: (_value, key) => gone.set(key, Date.now()),
      });
      const ttls = [1, 7, 63, 64, 100, 999, 1000, 5000, 12_345, 100_000];
      for (const ttl of ttls) store.set(ttl, 1, ttl);
      for (let i = 0; i < 420; i++) time.tick(250 + i % 3);
      for (const ttl of ttls) {
        assertLessOrEqual(ttl, gone.get(ttl)!);
        assertLessOrEqual(gone.get(ttl)!, ttl + interval!);
      }
    });
  }

  it("of Infinity is no sweeper: what has expired stays until a call comes upon it", () => {
    using time = new FakeTime(0);
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      sweepInterval: Infinity,
      onRemove: log.onRemove,
    });
    store.set("a", 1);
    time.tick(1e9);
    assertEquals(log.take(), []);
    assertEquals(store.get("a"), undefined);
    assertEquals(log.take(), ["a=1 expired"]);
  });

  it("holds for an entry that was given less time than before", () => {
    using time = new FakeTime(0);
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      onRemove: log.onRemove,
      ttl: 1e8,
    });
    store.set("a", 1).touch("a", 500);
    store.set("b", 1).set("b", 2, 700);
    store.set("c", 1).set("c", 2, { expiresAt: 900 });
    log.take();
    time.tick(1500);
    const first = log.take();
    assertEquals(first.includes("a=1 expired"), true);
    time.tick(400);
    assertEquals([...first, ...log.take()].sort(), [
      "a=1 expired",
      "b=2 expired",
      "c=2 expired",
    ]);
  });
});

describe("shutdown", () => {
  it("stops the sweeper; the store goes on, expiring on read", () => {
    using time = new FakeTime(0);
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      onRemove: log.onRemove,
    });
    store.set("a", 1);
    assertEquals(store.shutdown(), undefined);
    store.set("b", 2).set("c", 3, Infinity);
    time.tick(1e6);
    assertEquals(log.take(), []);
    assertEquals(store.get("a"), undefined);
    assertEquals(store.size, 1);
    assertEquals(log.take(), ["a=1 expired"]);
    store.set("b", 4);
    assertEquals(store.touch("b", 50), true);
    assertEquals(log.take(), ["b=2 expired"]);
    time.tick(50);
    assertEquals(store.sweep(), 1);
    store.clear();
    assertEquals(store.size, 0);
  });

  it("twice is as good as once", () => {
    using store = new ExpiringStore<string, number>({ ttl: 100 });
    store.set("a", 1);
    store.shutdown();
    store.shutdown();
    assertEquals(store.get("a"), 1);
    store[Symbol.dispose]();
    store.shutdown();
    store[Symbol.dispose]();
    assertEquals(store.size, 0);
    // Even then it goes on.
    store.set("a", 2);
    assertEquals(store.get("a"), 2);
  });
});

describe("disposal", () => {
  it("is shutdown and clear", () => {
    using time = new FakeTime(0);
    const log = new RemovalLog();
    let kept: ExpiringStore<string, number>;
    {
      using store = new ExpiringStore<string, number>({
        ttl: 100,
        onRemove: log.onRemove,
      });
      kept = store;
      store.set("a", 1).set("b", 2);
    }
    assertEquals(log.take(), ["a=1 cleared", "b=2 cleared"]);
    assertEquals(kept.size, 0);
    kept.set("c", 3);
    time.tick(1e6);
    assertEquals(log.take(), []);
    assertEquals(kept.has("c"), false);
  });
});
