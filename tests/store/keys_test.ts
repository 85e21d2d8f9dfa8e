import { ExpiringStore } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ManualClock, RemovalLog } from "./_support.ts";

const object = {};
const KEYS: unknown[] = [
  ...["__proto__", "constructor", "hasOwnProperty", "", " ", "0", "NaN"],
  ...[0, 1, -1, 0.5, NaN, Infinity, 2 ** 53],
  ...[undefined, null, true, false, 0n, 1n],
  ...[object, {}, [], () => {}, Symbol("s"), Symbol.for("s"), new Date(0)],
];

describe("keys of any kind", () => {
  it("are told apart as a Map does", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<unknown, number>({
      ttl: 100,
      now: clock.now,
    });
    KEYS.forEach((key, i) => store.set(key, i));
    assertEquals(store.size, KEYS.length);
    assertEquals([...store.keys()].length, KEYS.length);
    KEYS.forEach((key, i) => {
      assertEquals(store.get(key), i);
      assertEquals(store.has(key), true);
      assertEquals(store.touch(key), true);
    });
    assertEquals(store.get({}), undefined);
    KEYS.forEach((key) => assertEquals(store.delete(key), true));
    assertEquals(store.size, 0);
    KEYS.forEach((key, i) => store.set(key, i));
    clock.time += 100;
    KEYS.forEach((key) => assertEquals(store.get(key), undefined));
    assertEquals(store.stats().expired, KEYS.length);
  });

  it("are swept", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<unknown, number>({
      ttl: 100,
      now: clock.now,
    });
    KEYS.forEach((key, i) => store.set(key, i));
    clock.time += 100;
    assertEquals(store.sweep(), KEYS.length);
  });

  it("take -0 for 0, and hand out 0", () => {
    using store = new ExpiringStore<number, string>();
    store.set(-0, "a").set(0, "b");
    assertEquals(store.size, 1);
    assertEquals(store.get(-0), "b");
    assertEquals(Object.is([...store.keys()][0], 0), true);
  });

  it("hand out 0 for -0 to onRemove, too", () => {
    const keys: number[] = [];
    using store = new ExpiringStore<number, string>({
      onRemove: (_value, key) => keys.push(key),
    });
    store.set(-0, "a").set(-0, "b").delete(-0);
    store.set(-0, "c").clear();
    assertEquals(keys.map((key) => Object.is(key, 0)), [true, true, true]);
  });

  it("do nothing to the prototypes of anything", () => {
    const log = new RemovalLog();
    using store = new ExpiringStore<string, unknown>({
      onRemove: log.onRemove,
    });
    store.set("__proto__", { polluted: true });
    assertEquals(({} as { polluted?: boolean }).polluted, undefined);
    assertEquals(store.get("toString"), undefined);
    assertEquals(store.has("constructor"), false);
    assertEquals(store.delete("valueOf"), false);
  });
});

describe("an ExpiringStore", () => {
  it("names itself", () => {
    using store = new ExpiringStore<string, number>();
    assertEquals(String(store), "[object ExpiringStore]");
  });

  it("shows nothing of its inside", () => {
    using store = new ExpiringStore<string, string>();
    store.set("key", "secret");
    assertEquals(Object.keys(store), []);
    assertEquals(JSON.stringify(store), "{}");
  });
});
