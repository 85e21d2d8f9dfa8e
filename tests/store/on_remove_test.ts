import { ExpiringStore } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { ManualClock, RemovalLog } from "./_support.ts";

describe("onRemove", () => {
  it("gets the value, the key and the reason, and nothing of the store", () => {
    const calls: unknown[][] = [];
    using store = new ExpiringStore<string, object>({
      onRemove(this: unknown, ...args: unknown[]) {
        calls.push([this, ...args]);
      },
    });
    const value = {};
    store.set("a", value).delete("a");
    assertEquals(calls, [[undefined, value, "a", "deleted"]]);
  });

  it("is told of each way to go", () => {
    const clock = new ManualClock();
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      now: clock.now,
      onRemove: log.onRemove,
      maxEntries: 2,
    });
    store.set("a", 1).set("a", 2);
    assertEquals(log.take(), ["a=1 replaced"]);
    store.delete("a");
    assertEquals(log.take(), ["a=2 deleted"]);
    store.set("b", 3).set("c", 4).set("d", 5);
    assertEquals(log.take(), ["b=3 evicted"]);
    store.clear();
    assertEquals(log.take(), ["c=4 cleared", "d=5 cleared"]);
    store.set("e", 6, 10);
    clock.time += 10;
    assertEquals(store.get("e"), undefined);
    assertEquals(log.take(), ["e=6 expired"]);
    assertEquals(store.delete("e"), false);
    assertEquals(log.take(), []);
  });

  it("is told that a live entry was replaced by the same value", () => {
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      onRemove: log.onRemove,
    });
    store.set("a", 1).set("a", 1);
    assertEquals(log.take(), ["a=1 replaced"]);
    store.set("a", 1, { keepTtl: true });
    assertEquals(log.take(), ["a=1 replaced"]);
    store.getOrInsert("a", 2);
    store.getOrInsertComputed("a", () => 2);
    assertEquals(log.take(), []);
  });

  const comeUpon: Record<
    string,
    (store: ExpiringStore<string, number>) => unknown
  > = {
    get: (store) => store.get("a"),
    has: (store) => store.has("a"),
    peek: (store) => store.peek("a"),
    touch: (store) => store.touch("a"),
    "touch with a ttl": (store) => store.touch("a", 5),
    delete: (store) => store.delete("a"),
    set: (store) => store.set("a", 2),
    "set with keepTtl": (store) => store.set("a", 2, { keepTtl: true }),
    "set with expiresAt": (store) => store.set("a", 2, { expiresAt: Infinity }),
    "set in the past": (store) => store.set("a", 2, { expiresAt: 0 }),
    getOrInsert: (store) => store.getOrInsert("a", 2),
    getOrInsertComputed: (store) => store.getOrInsertComputed("a", () => 2),
    remainingTtl: (store) => store.remainingTtl("a"),
    expiresAt: (store) => store.expiresAt("a"),
    sweep: (store) => store.sweep(),
    clear: (store) => store.clear(),
    dispose: (store) => store[Symbol.dispose](),
    keys: (store) => [...store.keys()],
    values: (store) => [...store.values()],
    entries: (store) => [...store.entries()],
    iteration: (store) => [...store],
    forEach: (store) => store.forEach(() => {}),
  };
  for (const [name, call] of Object.entries(comeUpon)) {
    it(`is told once that an entry expired when ${name} comes upon it`, () => {
      const clock = new ManualClock();
      const log = new RemovalLog();
      using store = new ExpiringStore<string, number>({
        now: clock.now,
        onRemove: log.onRemove,
      });
      store.set("a", 1, 10);
      clock.time += 10;
      call(store);
      assertEquals(log.take(), ["a=1 expired"]);
      assertEquals(store.stats().expired, 1);
      call(store);
      assertEquals(log.take().filter((line) => line.includes("expired")), []);
    });
  }

  it("is told by the sweeper, with nobody calling", () => {
    using time = new FakeTime();
    const log = new RemovalLog();
    using store = new ExpiringStore<string, number>({
      ttl: 10,
      onRemove: log.onRemove,
    });
    store.set("a", 1);
    time.tick(1009);
    assertEquals(log.take(), []);
    time.tick(1);
    assertEquals(log.take(), ["a=1 expired"]);
  });

  it("runs after the entry is gone", () => {
    const clock = new ManualClock();
    const seen: unknown[] = [];
    using store: ExpiringStore<string, number> = new ExpiringStore<
      string,
      number
    >({
      now: clock.now,
      maxEntries: 2,
      onRemove(_value, key, reason) {
        seen.push([reason, store.has(key), store.peek(key), store.size]);
      },
    });
    store.set("a", 1, 10);
    clock.time += 10;
    store.get("a");
    store.set("a", 2).set("a", 3);
    store.delete("a");
    store.set("a", 4).set("b", 5).set("c", 6);
    store.clear();
    assertEquals(seen, [
      ["expired", false, undefined, 0],
      ["replaced", true, 3, 1],
      ["deleted", false, undefined, 0],
      ["evicted", false, undefined, 2],
      ["cleared", false, undefined, 0],
      ["cleared", false, undefined, 0],
    ]);
  });
});
