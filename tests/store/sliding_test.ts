import { ExpiringStore } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { ManualClock } from "./_support.ts";

describe("sliding", () => {
  it("is off by default", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      now: clock.now,
    });
    store.set("a", 1);
    clock.time += 60;
    store.get("a");
    store.getOrInsert("a", 2);
    store.getOrInsertComputed("a", () => 2);
    assertEquals(store.remainingTtl("a"), 40);
  });

  function makeStore(): {
    clock: ManualClock;
    store: ExpiringStore<string, number>;
  } {
    const clock = new ManualClock();
    const store = new ExpiringStore<string, number>({
      ttl: 100,
      sliding: true,
      now: clock.now,
    });
    store.set("a", 1);
    clock.time += 60;
    return { clock, store };
  }

  it("starts the ttl again at a successful get", () => {
    const { store, clock } = makeStore();
    for (let i = 0; i < 10; i++) {
      assertEquals(store.get("a"), 1);
      assertEquals(store.remainingTtl("a"), 100);
      clock.time += 99;
    }
    clock.time += 1;
    assertEquals(store.get("a"), undefined);
  });

  it("starts the ttl again at a successful getOrInsert or its twin", () => {
    const { store, clock } = makeStore();
    store.getOrInsert("a", 2);
    assertEquals(store.remainingTtl("a"), 100);
    clock.time += 60;
    store.getOrInsertComputed("a", () => 2);
    assertEquals(store.remainingTtl("a"), 100);
  });

  it("takes nothing else for a read", () => {
    const { store } = makeStore();
    store.peek("a");
    store.has("a");
    store.expiresAt("a");
    store.size;
    store.stats();
    store.forEach(() => {});
    [...store, ...store.keys(), ...store.values(), ...store.entries()];
    store.sweep();
    assertEquals(store.remainingTtl("a"), 40);
  });

  it("starts the ttl again that the key was given last", () => {
    const { store, clock } = makeStore();
    store.set("a", 2, 300);
    clock.time += 60;
    store.get("a");
    assertEquals(store.remainingTtl("a"), 300);
    store.touch("a", 20);
    clock.time += 10;
    store.get("a");
    assertEquals(store.remainingTtl("a"), 20);
    store.set("a", 3, { keepTtl: true });
    clock.time += 10;
    store.get("a");
    assertEquals(store.remainingTtl("a"), 20);
    store.set("a", 4);
    clock.time += 10;
    store.get("a");
    assertEquals(store.remainingTtl("a"), 100);
    store.touch("a", Infinity);
    clock.time += 1e6;
    store.get("a");
    assertEquals(store.remainingTtl("a"), Infinity);
  });

  it("gives each key its own, in a store with a ttl and without one", () => {
    for (const ttl of [100, undefined]) {
      const clock = new ManualClock();
      using store = new ExpiringStore<number, number>({
        ...(ttl === undefined ? {} : { ttl }),
        sliding: true,
        now: clock.now,
      });
      // More than a first chunk begins with: its columns have to grow.
      for (let i = 0; i < 500; i++) {
        store.set(i, i, i % 3 === 0 ? undefined : 1000 + i);
      }
      clock.time += 50;
      for (let i = 0; i < 500; i++) {
        store.get(i);
        assertEquals(
          store.remainingTtl(i),
          i % 3 === 0 ? ttl ?? Infinity : 1000 + i,
        );
      }
    }
  });

  it("is not outlived by the sweeper's first look", () => {
    using time = new FakeTime(0);
    const gone: string[] = [];
    using store = new ExpiringStore<string, number>({
      ttl: 1000,
      sweepInterval: 100,
      sliding: true,
      onRemove: (_value, key) => gone.push(key),
    });
    store.set("a", 1).set("b", 2);
    for (let i = 0; i < 20; i++) {
      time.tick(500);
      store.get("a");
    }
    assertEquals(gone, ["b"]);
    time.tick(999);
    assertEquals(gone, ["b"]);
    time.tick(101);
    assertEquals(gone, ["b", "a"]);
  });
});
