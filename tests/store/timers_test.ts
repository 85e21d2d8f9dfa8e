import { ExpiringStore } from "@mayfly/store";
import { runtime } from "@mayfly/store/runtime";
import {
  assert,
  assertEquals,
  assertLess,
  assertLessOrEqual,
} from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { WatchedTimers } from "./_support.ts";

const MAX_DELAY = 2 ** 31 - 1;
const DAY = 86_400_000;

describe("the timer of a store", () => {
  let time: FakeTime;
  let timers: WatchedTimers;
  beforeEach(() => {
    time = new FakeTime(0);
    timers = new WatchedTimers();
  });
  afterEach(() => {
    timers[Symbol.dispose]();
    time.restore();
  });

  it("is one for all entries", () => {
    using store = new ExpiringStore<number, number>({ ttl: 5000 });
    for (let i = 0; i < 1000; i++) {
      store.set(i, i, 100 + (i * 7919) % 100_000);
      assertEquals(timers.active, 1);
    }
    for (let i = 0; i < 120; i++) {
      time.tick(1000);
      store.get(i);
      store.set(-1 - i, i);
      assertEquals(timers.active, 1);
    }
    time.tick(200_000);
    assertEquals(timers.active, 0);
    assertEquals(store.stats().expired, 1120);
  });

  it("is one, though each entry is due before the one before", () => {
    const gone: number[] = [];
    using store = new ExpiringStore<number, number>({
      sweepInterval: 1,
      onRemove: (_value, key) => gone.push(key),
    });
    for (let i = 100; i > 0; i--) {
      store.set(i, i, 1000 * i);
      assertEquals(timers.active, 1);
    }
    time.tick(50_500);
    assertEquals(gone, Array.from({ length: 50 }, (_, i) => i + 1));
    assertEquals(timers.active, 1);
  });

  it("is not there while nothing can expire", () => {
    using store = new ExpiringStore<string, number>();
    store.set("a", 1).set("b", 2, Infinity);
    store.set("c", 3, { expiresAt: Infinity }).set("d", 4, { expiresAt: -1 });
    store.get("a");
    store.touch("a");
    store.sweep();
    store.set("a", 5, { keepTtl: true });
    store.getOrInsert("e", 6);
    assertEquals(timers.delays, []);
  });

  // How far the store's clock is ahead of the time.
  let offset = 0;
  const ends: Record<string, (store: ExpiringStore<string, number>) => void> = {
    delete: (store) => store.delete("a"),
    clear: (store) => store.clear(),
    dispose: (store) => store[Symbol.dispose](),
    shutdown: (store) => store.shutdown(),
    "touch without end": (store) => store.touch("a", Infinity),
    "set without end": (store) => store.set("a", 2, Infinity),
    "set in the past": (store) => store.set("a", 2, { expiresAt: 0 }),
    expiry: () => time.tick(10_000),
    "get of what is due": (store) => {
      offset = 5000;
      store.get("a");
    },
    "sweep of what is due": (store) => {
      offset = 5000;
      store.sweep();
    },
  };
  for (const [name, end] of Object.entries(ends)) {
    for (const now of [undefined, () => Date.now() + offset]) {
      if (now === undefined && name.includes("due")) continue;
      const whose = now === undefined ? "the runtime's clock" : "its own";
      it(`is gone when nothing can expire any more: after ${name}, by ${whose}`, () => {
        offset = 0;
        using store = new ExpiringStore<string, number>(now && { now });
        store.set("forever", 1).set("a", 1, 5000);
        assertEquals(timers.active, 1);
        end(store);
        assertEquals(timers.active, 0);
      });
    }
  }

  it("comes back with the next entry that can expire", () => {
    const gone: string[] = [];
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      onRemove: (_value, key) => gone.push(key),
    });
    store.set("a", 1).delete("a");
    store.set("b", 1).clear();
    gone.length = 0;
    store.set("c", 1);
    assertEquals(timers.active, 1);
    time.tick(1100);
    assertEquals(gone, ["c"]);
    assertEquals(timers.active, 0);
    store.set("d", 1);
    time.tick(1100);
    assertEquals(gone, ["c", "d"]);
  });

  it("is none without a sweeper, and none after shutdown", () => {
    using unswept = new ExpiringStore<string, number>({
      ttl: 100,
      sweepInterval: Infinity,
    });
    using stopped = new ExpiringStore<string, number>({ ttl: 100 });
    stopped.shutdown();
    for (const store of [unswept, stopped]) {
      store.set("a", 1).set("b", 2, 5);
      store.touch("a", 50);
      time.tick(10_000);
      assertEquals(store.get("a"), undefined);
      assertEquals(store.size, 0);
    }
    assertEquals(timers.delays, []);
  });

  it("waits as long as it has to, and not for each entry anew", () => {
    using store = new ExpiringStore<number, number>({
      ttl: 60_000,
      sweepInterval: 5000,
    });
    for (let i = 0; i < 1000; i++) store.set(i, i);
    assertEquals(timers.delays.length, 1);
    assertLess(timers.delays[0], 65_001);
    assertLess(50_000, timers.delays[0]);
  });

  it("never waits longer than a timer can", () => {
    const gone: string[] = [];
    using store = new ExpiringStore<string, number>({
      onRemove: (_value, key) => gone.push(key),
    });
    store.set("a", 1, 60 * DAY);
    store.set("b", 2, 1e15);
    time.tick(60 * DAY - 1);
    assertEquals(gone, []);
    assertEquals(timers.active, 1);
    // It is armed again a few times, not at once and for ever.
    assertLess(timers.delays.length, 20);
    time.tick(1001);
    assertEquals(gone, ["a"]);
    for (const delay of timers.delays) assertLessOrEqual(delay, MAX_DELAY);
    assertEquals(timers.active, 1);
  });

  it("never waits longer than a timer can for a long sweepInterval", () => {
    using store = new ExpiringStore<string, number>({
      ttl: 1000,
      sweepInterval: 90 * DAY,
    });
    store.set("a", 1);
    time.tick(90 * DAY);
    assertEquals(store.stats().expired, 0 + 1);
    for (const delay of timers.delays) {
      assertLessOrEqual(delay, MAX_DELAY);
    }
    assertLess(timers.delays.length, 10);
  });

  it("does not wake an idle store, nor for what is read and started again", () => {
    const looks: number[] = [];
    using store = new ExpiringStore<number, number>({
      ttl: DAY,
      sliding: true,
      now() {
        looks.push(Date.now());
        return Date.now();
      },
    });
    for (let i = 0; i < 1000; i++) store.set(i, i);
    looks.length = 0;
    time.tick(DAY / 2);
    assertEquals(looks, []);
  });

  it("is set no more often, however often an entry is started again", () => {
    using store = new ExpiringStore<string, number>({
      ttl: 10_000,
      sliding: true,
    });
    store.set("a", 1);
    for (let i = 0; i < 100_000; i++) {
      if (i % 100 === 0) time.tick(1);
      if (i % 2) store.touch("a");
      else store.get("a");
    }
    assertEquals(timers.active, 1);
    assertEquals(timers.delays.length, 1);
    // It is looked at when its first deadline has come, once, and not for each touch.
    time.tick(30_000);
    assertEquals(store.stats().expired, 1);
    assertLess(timers.delays.length, 10);
  });

  it("is set for an entry that comes after another that went, on the runtime's own clock", () => {
    using store = new ExpiringStore<string, number>({ ttl: 100 });
    for (const key of ["a", "b", "c"]) {
      store.set(key, 1);
      time.tick(30);
      store.delete(key);
    }
    store.set("d", 1);
    time.tick(1100);
    assertEquals(store.stats().expired, 1);
    store.set("e", 1).set("f", 2);
    store.delete("e");
    time.tick(1100);
    assertEquals(store.stats().expired, 2);
  });
});

describe("the timer of a store, in real time", () => {
  it("does not hold the process", () => {
    using timers = new WatchedTimers();
    const { Deno } = globalThis as {
      Deno?: { unrefTimer(timer: unknown): void };
    };
    const unrefTimer = Deno?.unrefTimer;
    const unrefed: unknown[] = [];
    if (Deno) {
      Deno.unrefTimer = (timer) => {
        unrefed.push(timer);
        unrefTimer!(timer);
      };
    }
    try {
      using store = new ExpiringStore<string, number>({ ttl: 60_000 });
      store.set("a", 1).set("b", 2, 10);
      assertLessOrEqual(1, timers.timers.length);
      for (const timer of timers.timers) {
        if (runtime === "deno") assert(unrefed.includes(timer));
        else {
          const { hasRef } = timer as unknown as { hasRef(): boolean };
          assertEquals(hasRef.call(timer), false);
        }
      }
    } finally {
      if (Deno) Deno.unrefTimer = unrefTimer!;
    }
  });
});
