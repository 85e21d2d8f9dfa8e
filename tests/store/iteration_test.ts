import { ExpiringStore } from "@mayfly/store";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ManualClock, RemovalLog } from "./_support.ts";

describe("iterating", () => {
  it("goes over the entries in the order in which the keys were added", () => {
    using store = new ExpiringStore<string, number>();
    store.set("c", 1).set("a", 2).set("b", 3).set("c", 4);
    store.delete("a");
    store.set("a", 5);
    store.touch("b", 5e6);
    const entries: [string, number][] = [["c", 4], ["b", 3], ["a", 5]];
    assertEquals([...store], entries);
    assertEquals([...store.entries()], entries);
    assertEquals([...store.keys()], ["c", "b", "a"]);
    assertEquals([...store.values()], [4, 3, 5]);
    assertEquals(new Map(store), new Map(entries));
    assertEquals(Object.fromEntries(store), Object.fromEntries(entries));
  });

  it("skips the expired, and they are then gone", () => {
    const clock = new ManualClock();
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      now: clock.now,
      onRemove: log.onRemove,
    });
    store.set("a", 1, 10).set("b", 2).set("c", 3, 10);
    const iterator = store.entries();
    assertEquals(iterator.next().value, ["a", 1]);
    clock.time += 10;
    assertEquals(iterator.next().value, ["b", 2]);
    assertEquals(iterator.next().done, true);
    assertEquals(store.size, 1);
    assertEquals(log.take(), ["c=3 expired"]);
    assertEquals(store.get("a"), undefined);
    assertEquals(log.take(), ["a=1 expired"]);
  });

  it("sees what is added and not what is removed meanwhile, as in a Map", () => {
    using store = new ExpiringStore<string, number>();
    const map = new Map<string, number>();
    for (const it of [store, map]) {
      it.set("a", 1).set("b", 2).set("c", 3);
      const seen: [string, number][] = [];
      for (const [key, value] of it.entries()) {
        seen.push([key, value]);
        if (key === "a") {
          it.delete("b");
          it.set("c", 4);
          it.set("d", 5);
          it.delete("a");
          if (seen.length === 1) it.set("a", 6);
        }
      }
      assertEquals(seen, [["a", 1], ["c", 4], ["d", 5], ["a", 6]]);
    }
  });

  it("comes to an end when the store is cleared", () => {
    using store = new ExpiringStore<number, number>();
    for (let i = 0; i < 100; i++) store.set(i, i);
    const seen: number[] = [];
    for (const key of store.keys()) {
      seen.push(key);
      if (key === 3) store.clear();
    }
    assertEquals(seen, [0, 1, 2, 3]);
  });

  it("stays at its end", () => {
    using store = new ExpiringStore<string, number>();
    const iterator = store.keys();
    assertEquals(iterator.next().done, true);
    store.set("a", 1);
    assertEquals(iterator.next().done, true);
    assertEquals([...store.keys()], ["a"]);
  });

  it("is made of iterators that can be iterated", () => {
    using store = new ExpiringStore<string, number>();
    store.set("a", 1).set("b", 2);
    for (
      const iterator of [
        store.keys(),
        store.values(),
        store.entries(),
        store[Symbol.iterator](),
      ]
    ) {
      assertStrictEquals(iterator[Symbol.iterator](), iterator);
      assertEquals([...iterator].length, 2);
    }
  });

  it("does not count, slide or use", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      sliding: true,
      maxEntries: 2,
      now: clock.now,
    });
    store.set("a", 1).set("b", 2);
    clock.time += 10;
    store.forEach(() => {});
    [...store];
    assertEquals(store.remainingTtl("a"), 90);
    assertEquals(store.stats().hits, 0);
    assertEquals([...store.set("c", 3).keys()], ["b", "c"]);
  });
});

describe("forEach", () => {
  it("calls back with the value, the key and the store, and `this` as given", () => {
    using store = new ExpiringStore<string, number>();
    const calls: unknown[][] = [];
    const self = {};
    store.set("a", 1).set("b", 2);
    const result = store.forEach(function (this: unknown, ...args) {
      calls.push([this === self, args[0], args[1], args[2] === store]);
    }, self);
    assertEquals(result, undefined);
    assertEquals(calls, [[true, 1, "a", true], [true, 2, "b", true]]);
    store.forEach(function (this: unknown) {
      assertEquals(this, undefined);
    });
  });

  it("ends with what the callback throws", () => {
    using store = new ExpiringStore<string, number>();
    store.set("a", 1).set("b", 2);
    let calls = 0;
    try {
      store.forEach(() => {
        calls++;
        throw new URIError();
      });
    } catch (error) {
      assertEquals(error instanceof URIError, true);
    }
    assertEquals(calls, 1);
    assertEquals(store.size, 2);
  });
});

describe("an iterator of a large store", () => {
  const COUNT = 50_000;

  /** A store whose sweep swaps the map of its keys, and a `Map` that has always had the rest. */
  function make(): {
    store: ExpiringStore<number, number>;
    map: Map<number, number>;
    sweep(): void;
  } {
    const clock = new ManualClock();
    const store = new ExpiringStore<number, number>({
      now: clock.now,
      sweepInterval: Infinity,
    });
    const map = new Map<number, number>();
    for (let i = 0; i < COUNT; i++) {
      if (i % 100 === 0) map.set(i, i);
      store.set(i, i, i % 100 ? 10 : Infinity);
    }
    return {
      store,
      map,
      sweep() {
        clock.time += 10;
        assertEquals(store.sweep(), COUNT - COUNT / 100);
      },
    };
  }

  for (const begun of [0, 3, 499, 500]) {
    it(`is as a Map's when keys go and come back after the map was swapped (${begun} walked over)`, () => {
      const { store, map, sweep } = make();
      const ours = store.keys();
      const theirs = map.keys();
      for (let i = 0; i < begun; i++) {
        let key = ours.next().value!;
        while (key % 100) key = ours.next().value!;
        assertEquals(key, theirs.next().value);
      }
      sweep();
      for (const it of [store, map]) {
        for (const key of [0, 100, 200, 300, 40_000, 49_900]) {
          it.delete(key);
          it.set(key, -1);
        }
        it.delete(400);
        it.set(50_001, 1);
        it.delete(0);
      }
      assertEquals([...ours], [...theirs]);
      assertEquals([...store.keys()], [...map.keys()]);
    });
  }

  it("is as a Map's over two swaps and a clear", () => {
    const { store, map, sweep } = make();
    const ours = store.keys();
    const theirs = map.keys();
    assertEquals(ours.next().value, theirs.next().value);
    sweep();
    const later = store.keys();
    for (let i = 0; i < 3; i++) later.next();
    store.clear();
    map.clear();
    for (const it of [store, map]) it.set(7, 7).set(0, 1);
    assertEquals([...later], [7, 0]);
    assertEquals([...ours], [...theirs]);
  });

  it("goes on after a clear", () => {
    using store = new ExpiringStore<string, number>();
    store.set("a", 1).set("b", 2);
    const iterator = store.keys();
    assertEquals(iterator.next().value, "a");
    store.clear();
    store.set("a", 3).set("c", 4);
    assertEquals([...iterator], ["a", "c"]);
  });
});
