import { ExpiringStore } from "@mayfly/store";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ManualClock, RemovalLog } from "./_support.ts";

function makeStore(ttl?: number): {
  clock: ManualClock;
  log: RemovalLog;
  store: ExpiringStore<string, number>;
} {
  const clock = new ManualClock();
  const log = new RemovalLog();
  const store = new ExpiringStore<string, number>({
    now: clock.now,
    onRemove: log.onRemove,
    ...(ttl === undefined ? {} : { ttl }),
  });
  return { clock, log, store };
}

describe("the ttl of an entry", () => {
  it("is without end by default", () => {
    const { store, clock } = makeStore();
    store.set("a", 1);
    assertEquals(store.expiresAt("a"), Infinity);
    clock.time = Number.MAX_VALUE;
    assertEquals(store.get("a"), 1);
  });

  it("is the store's by default", () => {
    const { store, clock } = makeStore(100);
    for (
      const ttl of [
        undefined,
        {},
        { ttl: undefined },
        { expiresAt: undefined },
        { keepTtl: false },
        { ttl: undefined, expiresAt: undefined, keepTtl: undefined },
      ]
    ) {
      store.set("a", 1, 5).set("a", 1, ttl);
      assertEquals(store.remainingTtl("a"), 100);
    }
    clock.time += 99.9;
    assertEquals(store.get("a"), 1);
    clock.time = 1_000_100;
    assertEquals(store.get("a"), undefined);
  });

  it("is over when the deadline is reached, not after it", () => {
    const { store, clock } = makeStore();
    store.set("a", 1, 10);
    clock.time += 9.999;
    assertEquals(store.has("a"), true);
    clock.time = 1_000_010;
    assertEquals(store.has("a"), false);
  });

  for (const given of [250, { ttl: 250 }]) {
    it(`can be given as ${JSON.stringify(given)}`, () => {
      const { store } = makeStore(100);
      assertStrictEquals(store.set("a", 1, given), store);
      assertEquals(store.expiresAt("a"), 1_000_250);
    });
  }

  it("may be a fraction, or next to nothing", () => {
    const { store, clock } = makeStore();
    store.set("a", 1, 0.25).set("b", 2, Number.MIN_VALUE);
    assertEquals(store.remainingTtl("a"), 0.25);
    clock.time += 0.125;
    assertEquals([...store.keys()], ["a"]);
    clock.time += 0.125;
    assertEquals(store.size, 0);
  });

  it("may be Infinity, in a store with another one", () => {
    const { store, clock } = makeStore(100);
    store.set("a", 1, Infinity).set("b", 2, { ttl: Infinity });
    store.set("c", 3, { expiresAt: Infinity });
    clock.time += 1e15;
    assertEquals(store.size, 3);
    assertEquals(store.expiresAt("a"), Infinity);
    assertEquals(store.remainingTtl("c"), Infinity);
  });

  it("may be a hundred years", () => {
    const { store, clock } = makeStore();
    const century = 100 * 365.25 * 86_400_000;
    store.set("a", 1, century);
    clock.time += century - 1;
    assertEquals(store.get("a"), 1);
    clock.time += 1;
    assertEquals(store.size, 0);
  });

  it("starts anew with each set", () => {
    const { store, clock } = makeStore(100);
    store.set("a", 1);
    clock.time += 60;
    store.set("a", 2);
    assertEquals(store.remainingTtl("a"), 100);
    store.set("a", 3, 5).set("a", 4, Infinity);
    assertEquals(store.remainingTtl("a"), Infinity);
    store.set("a", 5, 5);
    clock.time += 5;
    assertEquals(store.size, 0);
  });
});

describe("expiresAt", () => {
  it("is a deadline", () => {
    const { store, clock } = makeStore(100);
    store.set("a", 1, { expiresAt: 1_000_300.5 });
    assertEquals(store.expiresAt("a"), 1_000_300.5);
    clock.time = 1_000_300;
    assertEquals(store.has("a"), true);
    clock.time = 1_000_300.5;
    assertEquals(store.has("a"), false);
  });

  for (const expiresAt of [1_000_000, 999_999, 0, -0, -5, -Number.MAX_VALUE]) {
    it(`of ${expiresAt}, now or past, stores nothing and removes what was there`, () => {
      const { store, log } = makeStore(100);
      assertStrictEquals(store.set("a", 1, { expiresAt }), store);
      assertEquals(store.size, 0);
      assertEquals(log.take(), []);
      store.set("a", 1).set("a", 2, { expiresAt });
      assertEquals(log.take(), ["a=1 deleted"]);
      assertEquals(store.has("a"), false);
      assertEquals(store.stats().expired, 0);
    });
  }

  it("leaves the entry without a ttl to start again", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      sliding: true,
      now: clock.now,
    });
    store.set("a", 1).set("a", 2, { expiresAt: 1_000_050 });
    clock.time += 10;
    store.get("a");
    assertEquals(store.touch("a"), true);
    assertEquals(store.expiresAt("a"), 1_000_050);
    store.touch("a", 20);
    assertEquals(store.expiresAt("a"), 1_000_030);
    clock.time += 5;
    store.get("a");
    assertEquals(store.expiresAt("a"), 1_000_035);
  });
});

describe("keepTtl", () => {
  it("keeps the deadline of the entry that is replaced", () => {
    const { store, clock, log } = makeStore(100);
    store.set("a", 1, 50);
    clock.time += 30;
    store.set("a", 2, { keepTtl: true });
    assertEquals(store.get("a"), 2);
    assertEquals(store.expiresAt("a"), 1_000_050);
    assertEquals(log.take(), ["a=1 replaced"]);
    store.set("a", 3, { expiresAt: 1_000_070 }).set("a", 4, { keepTtl: true });
    assertEquals(store.expiresAt("a"), 1_000_070);
    store.set("a", 5, Infinity).set("a", 6, { keepTtl: true });
    assertEquals(store.expiresAt("a"), Infinity);
  });

  it("keeps the ttl that a touch starts again", () => {
    const { store, clock } = makeStore(100);
    store.set("a", 1, 50);
    clock.time += 30;
    store.set("a", 2, { keepTtl: true }).touch("a");
    assertEquals(store.remainingTtl("a"), 50);
    store.set("b", 1, { expiresAt: 1_000_200 });
    store.set("b", 2, { keepTtl: true }).touch("b");
    assertEquals(store.expiresAt("b"), 1_000_200);
  });

  it("keeps maxAge's deadline, too", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<string, number>({
      ttl: 80,
      maxAge: 100,
      now: clock.now,
    });
    store.set("a", 1);
    clock.time += 60;
    store.set("a", 2, { keepTtl: true }).touch("a");
    assertEquals(store.expiresAt("a"), 1_000_100);
    store.set("a", 3).touch("a");
    clock.time += 70;
    store.touch("a");
    assertEquals(store.expiresAt("a"), 1_000_160);
  });

  it("is the default ttl where there is no entry to keep one of", () => {
    const { store, clock, log } = makeStore(100);
    store.set("a", 1, { keepTtl: true });
    assertEquals(store.remainingTtl("a"), 100);
    clock.time += 100;
    store.set("a", 2, { keepTtl: true });
    assertEquals(log.take(), ["a=1 expired"]);
    assertEquals(store.remainingTtl("a"), 100);
    store.touch("a");
    assertEquals(store.remainingTtl("a"), 100);
  });

  it("says nothing when it is false", () => {
    const { store } = makeStore(100);
    store.set("a", 1, 50).set("a", 2, { keepTtl: false });
    assertEquals(store.remainingTtl("a"), 100);
    store.set("a", 3, { keepTtl: false, ttl: 7 });
    assertEquals(store.remainingTtl("a"), 7);
    store.set("a", 4, { keepTtl: false, expiresAt: 1_000_009 });
    assertEquals(store.remainingTtl("a"), 9);
  });
});
