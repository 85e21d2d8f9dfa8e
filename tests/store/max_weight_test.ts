import { ExpiringStore, StoreFullError } from "@mayfly/store";
import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type ErrorClass, ManualClock, RemovalLog } from "./_support.ts";

/** A store of strings that weigh what their length is. */
function makeStore(
  maxWeight: number,
  options: { eviction?: "lru" | "soonest" | "reject"; now?: () => number } = {},
): { store: ExpiringStore<string, string>; log: RemovalLog } {
  const log = new RemovalLog();
  const store = new ExpiringStore<string, string>({
    maxWeight,
    weigh: (value) => value.length,
    onRemove: log.onRemove,
    ...options,
  });
  return { store, log };
}

describe("maxWeight", () => {
  it("is what all entries together may weigh", () => {
    const { store, log } = makeStore(6);
    store.set("a", "aaa").set("b", "bbb");
    assertEquals(log.take(), []);
    store.set("c", "c");
    assertEquals(log.take(), ["a=aaa evicted"]);
    store.set("d", "dd");
    assertEquals(log.take(), []);
    store.set("e", "eeeeee");
    assertEquals(log.take(), ["b=bbb evicted", "c=c evicted", "d=dd evicted"]);
    store[Symbol.dispose]();
  });

  it("counts what a value weighs that takes the place of another", () => {
    const { store, log } = makeStore(6);
    store.set("a", "aaa").set("b", "bbb").set("a", "aaaa");
    assertEquals(log.take(), ["b=bbb evicted", "a=aaa replaced"]);
    store.set("a", "a").set("b", "bbbbb");
    assertEquals(log.take(), ["a=aaaa replaced"]);
    store.set("a", "aaaaaa");
    assertEquals(log.take(), ["b=bbbbb evicted", "a=a replaced"]);
    assertEquals([...store], [["a", "aaaaaa"]]);
    store.set("a", "a", { keepTtl: true }).set("b", "bbbbb");
    assertEquals(store.size, 2);
    store[Symbol.dispose]();
  });

  it("is free again for what went", () => {
    const clock = new ManualClock();
    const { store, log } = makeStore(6, { now: clock.now });
    for (const free of ["delete", "clear", "expire", "past"]) {
      store.set("a", "aaaaaa", 10);
      if (free === "delete") store.delete("a");
      if (free === "clear") store.clear();
      if (free === "expire") clock.time += 10;
      if (free === "past") store.set("a", "", { expiresAt: 0 });
      log.take();
      store.set("b", "bbbbbb", 5);
      assertEquals(
        log.take().filter((line) => line.includes("evicted")),
        [],
        free,
      );
      store.clear();
    }
    store[Symbol.dispose]();
  });

  it("lets weightless entries in without end", () => {
    const { store } = makeStore(1);
    for (let i = 0; i < 100; i++) store.set(`${i}`, "");
    assertEquals(store.size, 100);
    store[Symbol.dispose]();
  });

  it("asks weigh for the value and the key, once for each set", () => {
    const asked: unknown[] = [];
    using store = new ExpiringStore<string, number>({
      maxWeight: 10,
      weigh(value, key) {
        asked.push([value, key]);
        return 1;
      },
    });
    store.set("a", 1).set("a", 2).set("a", 3, { keepTtl: true });
    store.getOrInsert("b", 4);
    store.getOrInsertComputed("c", () => 5);
    store.get("a");
    store.getOrInsert("b", 6);
    store.touch("c", 5);
    assertEquals(asked, [
      [1, "a"],
      [2, "a"],
      [3, "a"],
      [4, "b"],
      [5, "c"],
    ]);
  });

  it("may be held together with maxEntries", () => {
    const log = new RemovalLog();
    using store = new ExpiringStore<string, string>({
      maxEntries: 2,
      maxWeight: 6,
      weigh: (value) => value.length,
      onRemove: log.onRemove,
    });
    store.set("a", "a").set("b", "b").set("c", "c");
    assertEquals(log.take(), ["a=a evicted"]);
    store.set("d", "dddddd");
    assertEquals(log.take(), ["b=b evicted", "c=c evicted"]);
  });

  for (const eviction of ["lru", "soonest", "reject"] as const) {
    it(`is not worn away by fractions when the policy is "${eviction}"`, () => {
      using store = new ExpiringStore<number, number>({
        maxWeight: 1,
        weigh: (value) => value,
        eviction,
      });
      let seed = 1;
      const random = () => (seed = seed * 48271 % 2147483647) / 2147483647;
      for (let i = 0; i < 20_000; i++) {
        const key = Math.floor(random() * 8);
        try {
          store.set(key, random() ** 3 / 4);
        } catch (error) {
          if (!(error instanceof StoreFullError)) throw error;
        }
        if (random() < 0.3) store.delete(Math.floor(random() * 8));
        if (i % 100 > 0) continue;
        // All of it is free, or held by one, which may become as heavy as all.
        for (const other of [...store.keys()]) {
          if (other !== key) store.delete(other);
        }
        store.set(key, 1);
        store.delete(key);
        store.set(key, 1);
        store.delete(key);
      }
    });
  }
});

describe("weigh", () => {
  function fill(): {
    store: ExpiringStore<string, unknown>;
    log: RemovalLog;
    look(): unknown;
  } {
    const log = new RemovalLog();
    const store = new ExpiringStore<string, unknown>({
      ttl: 1000,
      now: () => 0,
      maxWeight: 10,
      weigh(value) {
        if (value instanceof Error) throw value;
        return value as number;
      },
      onRemove: log.onRemove,
    });
    store.set("a", 4).set("b", 4);
    return {
      store,
      log,
      look: () => [[...store], store.stats(), store.expiresAt("a"), log.lines],
    };
  }

  const BAD: [unknown, ErrorClass][] = [
    [NaN, RangeError],
    [-1, RangeError],
    [-1e-300, RangeError],
    [-Infinity, RangeError],
    [Infinity, StoreFullError],
    [10.1, StoreFullError],
    ["4", TypeError],
    [4n, TypeError],
    [null, TypeError],
    [undefined, TypeError],
    [{}, TypeError],
    [Symbol("s"), TypeError],
    [new URIError("of weigh"), URIError],
  ];
  for (const [weight, Failure] of BAD) {
    it(`that answers ${String(weight)} leaves the store as it was`, () => {
      const { store, look } = fill();
      const before = look();
      const calls = [
        () => store.set("a", weight),
        () => store.set("c", weight),
        () => store.set("c", weight, 5),
        () => store.set("a", weight, { keepTtl: true }),
        () => store.set("a", weight, { expiresAt: 500 }),
      ];
      for (const call of calls) {
        assertThrows(call, Failure);
        assertEquals(look(), before);
      }
      assertThrows(() => store.getOrInsert("c", weight), Failure);
      assertThrows(() => store.getOrInsertComputed("c", () => weight), Failure);
      assertEquals(store.size, 2);
      // All the room is still there.
      store.set("c", 2);
      assertEquals(store.stats().evicted, 0);
      store[Symbol.dispose]();
    });
  }

  it("that answers -0 says nothing", () => {
    const { store } = fill();
    store.set("c", -0);
    assertEquals(store.size, 3);
    store[Symbol.dispose]();
  });

  it("may call the store", () => {
    using store: ExpiringStore<string, number> = new ExpiringStore<
      string,
      number
    >({
      maxWeight: 3,
      weigh: (value, key) => {
        if (key === "outer") store.set("inner", 1);
        return value;
      },
    });
    store.set("outer", 3);
    assertEquals([...store], [["outer", 3]]);
  });
});
