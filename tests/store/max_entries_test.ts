import {
  type EvictionPolicy,
  ExpiringStore,
  type ExpiringStoreOptions,
  StoreFullError,
} from "@mayfly/store";
import {
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ManualClock, RemovalLog } from "./_support.ts";

type Store = ExpiringStore<string, number>;

function makeStore(
  options: ExpiringStoreOptions<string, number>,
): { clock: ManualClock; log: RemovalLog; store: Store } {
  const clock = new ManualClock();
  const log = new RemovalLog();
  const store = new ExpiringStore<string, number>({
    now: clock.now,
    onRemove: log.onRemove,
    ...options,
  });
  return { clock, log, store };
}

const POLICIES: EvictionPolicy[] = ["sieve", "lru", "soonest", "reject"];

describe("maxEntries", () => {
  it("is how many there are at most, the oldest that was not used evicted by default", () => {
    const { store, log } = makeStore({ maxEntries: 2 });
    store.set("a", 1).set("b", 2);
    assertEquals(log.take(), []);
    store.get("a");
    store.set("c", 3);
    assertEquals(log.take(), ["b=2 evicted"]);
    assertEquals([...store.keys()], ["a", "c"]);
    assertEquals(store.stats().evicted, 1);
  });

  it("may be Infinity: no bound", () => {
    const { store } = makeStore({ maxEntries: Infinity });
    for (let i = 0; i < 1000; i++) store.set(`${i}`, i);
    assertEquals(store.size, 1000);
  });

  for (const eviction of POLICIES) {
    it(`leaves room for what takes the place of another when the policy is "${eviction}"`, () => {
      const { store, log } = makeStore({ maxEntries: 2, eviction });
      store.set("a", 1).set("b", 2);
      store.set("a", 3).set("b", 4, 5).set("b", 5, { keepTtl: true });
      store.getOrInsert("a", 6);
      assertEquals(
        log.take().filter((line) => !line.endsWith("replaced")),
        [],
      );
      assertEquals([...store], [["a", 3], ["b", 5]]);
    });

    it(`lets what has expired go first when the policy is "${eviction}"`, () => {
      const { store, clock, log } = makeStore({ maxEntries: 3, eviction });
      store.set("a", 1, 1000).set("b", 2, 10).set("c", 3);
      clock.time += 10;
      store.set("d", 4);
      assertEquals(log.take(), ["b=2 expired"]);
      store.delete("d");
      log.take();
      store.set("d", 5, 20).set("d", 6, 10);
      clock.time += 10;
      store.set("e", 7, Infinity);
      assertEquals(log.take(), ["d=5 replaced", "d=6 expired"]);
      assertEquals(store.stats().evicted, 0);
    });

    it(`is used up and freed again and again when the policy is "${eviction}"`, () => {
      const { store } = makeStore({ maxEntries: 5, eviction });
      for (let round = 0; round < 50; round++) {
        for (let i = 0; i < 5; i++) store.set(`${round}-${i}`, i);
        if (round % 2) store.clear();
        else for (const key of [...store.keys()]) store.delete(key);
      }
      assertEquals(store.stats().evicted, 0);
      assertEquals(store.size, 0);
    });
  }

  it("of 1 is one entry", () => {
    for (const eviction of ["sieve", "lru", "soonest"] as const) {
      const { store, log } = makeStore({ maxEntries: 1, eviction });
      store.set("a", 1).set("b", 2).set("b", 3).set("c", 4, 5);
      assertEquals(log.take(), [
        "a=1 evicted",
        "b=2 replaced",
        "b=3 evicted",
      ]);
    }
  });
});

describe("the policy lru", () => {
  const uses: Record<string, (store: Store) => unknown> = {
    get: (store) => store.get("a"),
    set: (store) => store.set("a", 9),
    "set with keepTtl": (store) => store.set("a", 9, { keepTtl: true }),
    touch: (store) => store.touch("a"),
    "touch with a ttl": (store) => store.touch("a", 1e6),
    getOrInsert: (store) => store.getOrInsert("a", 9),
    getOrInsertComputed: (store) => store.getOrInsertComputed("a", () => 9),
  };
  for (const [name, use] of Object.entries(uses)) {
    it(`takes ${name} for a use`, () => {
      const { store } = makeStore({ maxEntries: 3, eviction: "lru" });
      store.set("a", 1).set("b", 2).set("c", 3);
      use(store);
      store.set("d", 4);
      assertEquals([...store.keys()], ["a", "c", "d"]);
    });
  }

  const looks: Record<string, (store: Store) => unknown> = {
    has: (store) => store.has("a"),
    peek: (store) => store.peek("a"),
    remainingTtl: (store) => store.remainingTtl("a"),
    expiresAt: (store) => store.expiresAt("a"),
    iterating: (store) => [...store],
    forEach: (store) => store.forEach(() => {}),
    size: (store) => store.size,
    sweep: (store) => store.sweep(),
    "a set that is refused": (store) =>
      assertThrows(() => store.set("a", 1, -1)),
  };
  for (const [name, look] of Object.entries(looks)) {
    it(`does not take ${name} for a use`, () => {
      const { store } = makeStore({ maxEntries: 3, eviction: "lru" });
      store.set("a", 1).set("b", 2).set("c", 3);
      look(store);
      store.set("d", 4);
      assertEquals([...store.keys()], ["b", "c", "d"]);
    });
  }
});

describe("the policy soonest", () => {
  it("gives up what expires soonest, what never expires last", () => {
    const { store, log } = makeStore({ maxEntries: 4, eviction: "soonest" });
    store.set("never", 0).set("late", 1, 500).set("soon", 2, 100);
    store.set("later", 3, 1000);
    store.get("soon");
    store.set("d", 4, 200).set("e", 5, 300);
    assertEquals(log.take(), ["soon=2 evicted", "d=4 evicted"]);
    store.set("f", 6).set("g", 7);
    assertEquals(log.take(), ["e=5 evicted", "late=1 evicted"]);
    store.set("h", 8);
    assertEquals(log.take(), ["later=3 evicted"]);
    store.set("i", 9);
    assertEquals(log.take().length, 1);
    assertEquals(store.size, 4);
  });

  it("knows of deadlines that moved", () => {
    const clock = new ManualClock();
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      sliding: true,
      maxEntries: 3,
      eviction: "soonest",
      now: clock.now,
      onRemove: log.onRemove,
    });
    store.set("a", 1, 10).set("b", 2, 20).set("c", 3, 30);
    store.touch("a", 500);
    store.set("d", 4, 1000);
    assertEquals(log.take(), ["b=2 evicted"]);
    store.touch("d", 5);
    store.set("e", 5, 2000);
    assertEquals(log.take(), ["d=4 evicted"]);
    clock.time += 25;
    // It slides past a and e.
    store.touch("c", 5000);
    store.set("f", 6, 100);
    assertEquals(log.take(), ["a=1 evicted"]);
    store.touch("f", Infinity);
    store.set("g", 7, 1e9);
    assertEquals(log.take(), ["e=5 evicted"]);
    store.set("c", 8, Infinity).set("h", 9, 1);
    assertEquals(log.take(), ["c=3 replaced", "g=7 evicted"]);
  });
});

describe("the policy reject", () => {
  it("refuses with a StoreFullError, and the store is as it was", () => {
    const { store, log } = makeStore({ maxEntries: 2, eviction: "reject" });
    store.set("a", 1, 100).set("b", 2);
    const before = [[...store], store.expiresAt("a"), store.stats()];
    const calls = [
      () => store.set("c", 3),
      () => store.set("c", 3, 5),
      () => store.set("c", 3, { keepTtl: true }),
      () => store.set("c", 3, { expiresAt: Infinity }),
    ];
    for (const call of calls) {
      const error = assertThrows(call, StoreFullError);
      assertInstanceOf(error, RangeError);
      assertEquals(error.name, "StoreFullError");
      assertStringIncludes(error.message, "Cannot set the entry");
      assertStringIncludes(error.message, "2");
      assertEquals([[...store], store.expiresAt("a"), store.stats()], before);
    }
    assertThrows(() => store.getOrInsert("c", 3), StoreFullError);
    assertThrows(() => store.getOrInsertComputed("c", () => 3), StoreFullError);
    assertEquals(store.size, 2);
    assertEquals(log.take(), []);
  });

  it("takes again what there is room for", () => {
    const { store, clock } = makeStore({ maxEntries: 1, eviction: "reject" });
    store.set("a", 1, 10);
    assertThrows(() => store.set("b", 2), StoreFullError);
    clock.time += 10;
    store.set("b", 2);
    assertThrows(() => store.set("c", 3), StoreFullError);
    store.set("c", 3, { expiresAt: 0 });
    store.delete("b");
    store.set("c", 3);
    assertEquals([...store], [["c", 3]]);
  });
});

describe("an onRemove that sets during eviction", () => {
  for (const eviction of ["sieve", "lru", "soonest"] as const) {
    it(`cannot make the store evict again when the policy is "${eviction}"`, () => {
      const errors: unknown[] = [];
      let told = 0;
      using store: Store = new ExpiringStore<string, number>({
        maxEntries: 3,
        eviction,
        onError: (error) => errors.push(error),
        onRemove(value, key) {
          told++;
          store.set(`${key}'`, value);
        },
      });
      store.set("a", 1).set("b", 2).set("c", 3).set("d", 4);
      assertEquals(told, 1);
      assertEquals(errors.length, 1);
      assertInstanceOf(errors[0], StoreFullError);
      assertEquals(store.size, 3);
      assertEquals(store.has("d"), true);
    });

    it(`cannot do so by way of a removal of its own when the policy is "${eviction}"`, () => {
      const errors: unknown[] = [];
      let told = 0;
      let count = 0;
      using store: Store = new ExpiringStore<string, number>({
        maxEntries: 3,
        eviction,
        onError: (error) => errors.push(error),
        onRemove(_value, _key, reason) {
          told++;
          if (reason === "evicted") store.delete([...store.keys()][0]);
          else if (reason === "deleted") {
            for (let i = 0; i < 3; i++) store.set(`${count++}`, i);
          }
        },
      });
      store.set("a", 1).set("b", 2).set("c", 3).set("d", 4);
      assertEquals(told, 2);
      assertEquals(errors.length, 1);
      assertEquals(store.size, 3);
    });

    it(`may set where there is room when the policy is "${eviction}"`, () => {
      const errors: unknown[] = [];
      using store: Store = new ExpiringStore<string, number>({
        maxEntries: 3,
        eviction,
        onError: (error) => errors.push(error),
        onRemove(_value, _key, reason) {
          if (reason !== "evicted") return;
          store.delete("c");
          store.set("b", 20).set("again", 1);
        },
      });
      store.set("a", 1, 5).set("b", 2, 10).set("c", 3).set("d", 4);
      assertEquals(errors, []);
      assertEquals([...store.keys()].sort(), ["again", "b", "d"]);
    });
  }

  it("leaves the order of use as it was where it is refused", () => {
    using store: ExpiringStore<string, string> = new ExpiringStore<
      string,
      string
    >({
      maxWeight: 6,
      weigh: (value) => value.length,
      onError: () => {},
      onRemove(_value, _key, reason) {
        if (reason === "evicted" && store.has("b")) store.set("b", "bbbb");
      },
    });
    store.set("a", "aa").set("b", "bb").set("c", "cc").set("d", "dd");
    assertEquals([...store.keys()], ["b", "c", "d"]);
    store.set("e", "ee");
    assertEquals([...store.keys()], ["c", "d", "e"]);
  });
});

describe("a runtime's Map that is full", () => {
  /** A `Map` that holds no more than so many keys, as V8's does past 2^24. */
  function limitMaps(most: number): Disposable {
    const { set } = Map.prototype;
    Map.prototype.set = function (key, value) {
      if (this.size >= most && !this.has(key)) {
        throw new RangeError("Map maximum size exceeded");
      }
      return set.call(this, key, value);
    };
    return {
      [Symbol.dispose]() {
        Map.prototype.set = set;
      },
    };
  }

  it("of expired keys frees them for a new one", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<number, number>({
      now: clock.now,
      sweepInterval: Infinity,
    });
    using _limit = limitMaps(100);
    for (let i = 0; i < 100; i++) store.set(i, i, i < 90 ? 10 : Infinity);
    assertThrows(() => store.set(200, 1), StoreFullError);
    assertEquals(store.size, 100);
    clock.time += 10;
    store.set(200, 1).set(201, 2, 50);
    assertEquals(store.size, 12);
    assertEquals(store.stats().expired, 90);
  });

  it("refuses, and everything is as it was", () => {
    const log = new RemovalLog();
    using store = new ExpiringStore<number, number>({
      onRemove: log.onRemove,
    });
    using _limit = limitMaps(10);
    for (let i = 0; i < 10; i++) store.set(i, i, 1e6);
    const before = [...store];
    assertThrows(() => store.set(10, 1, 5), StoreFullError, "Map");
    assertEquals([...store], before);
    assertEquals(log.lines, []);
    store.delete(3);
    assertEquals(store.set(10, 1).size, 10);
  });
});

describe("the policy sieve", () => {
  it("passes over what was used, once, and evicts the oldest that was not", () => {
    const { store, log } = makeStore({ maxEntries: 4, eviction: "sieve" });
    for (const key of ["a", "b", "c", "d"]) store.set(key, 0);
    store.get("a");
    store.get("c");
    store.set("e", 1).set("f", 1).set("g", 1);
    // The hand passed over a, took b, passed over c, took d, and has come round to e.
    assertEquals(log.take(), ["b=0 evicted", "d=0 evicted", "e=1 evicted"]);
    assertEquals([...store.keys()], ["a", "c", "f", "g"]);
  });

  it("has more hits than LRU where a few are asked for often and many once", () => {
    const hits = (eviction: EvictionPolicy) => {
      const { store } = makeStore({ maxEntries: 100, eviction });
      let seed = 42;
      const random = () => (seed = seed * 48271 % 2147483647) / 2147483647;
      for (let i = 0; i < 20_000; i++) {
        const popular = Math.floor(400 * random() ** 4);
        store.getOrInsert(i % 3 === 0 ? `once ${i}` : `${popular}`, i);
      }
      return store.stats().hits;
    };
    assertGreater(hits("sieve"), 1.05 * hits("lru"));
  });
});
