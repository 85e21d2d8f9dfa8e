import { ExpiringStore, type RemoveReason } from "@mayfly/store";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { ManualClock } from "./_support.ts";

type Store = ExpiringStore<string, number>;

/** Each reason, with a call that removes "a", and only that, for it. */
const WAYS: Record<RemoveReason, (store: Store, clock: ManualClock) => void> = {
  expired(store, clock) {
    clock.time += 100;
    store.get("a");
  },
  evicted(store) {
    store.set("d", 4);
  },
  deleted(store) {
    store.delete("a");
  },
  replaced(store) {
    store.set("a", 5);
  },
  cleared(store) {
    store.clear();
  },
};

/** What a callback may do to the store, and what is left of `b`, `c` and `x` after that. */
const DEEDS: Record<string, (store: Store) => void> = {
  set: (store) => store.set("b", 7),
  "set with a ttl": (store) => store.set("c", 7, 50),
  delete: (store) => store.delete("b"),
  clear: (store) => store.clear(),
  sweep: (store) => store.sweep(),
  size: (store) => store.size,
  iterate: (store) => [...store],
  shutdown: (store) => store.shutdown(),
  dispose: (store) => store[Symbol.dispose](),
  touch: (store) => store.touch("c", 1000),
};

/** What there is to see of a store, by every way in. */
function look(store: Store): unknown {
  const entries = [...store];
  assertEquals(store.size, entries.length);
  assertEquals(store.stats().entries, entries.length);
  for (const [key, value] of entries) assertEquals(store.peek(key), value);
  return entries;
}

for (const reason of Object.keys(WAYS) as RemoveReason[]) {
  describe(`an onRemove that is told "${reason}"`, () => {
    for (const [deed, act] of Object.entries(DEEDS)) {
      it(`may ${deed}`, () => {
        const clock = new ManualClock();
        const errors: unknown[] = [];
        const told: string[] = [];
        let acted = false;
        using store: Store = new ExpiringStore<string, number>({
          now: clock.now,
          maxEntries: 3,
          onError: (error) => errors.push(error),
          onRemove(_value, key, why) {
            told.push(`${key} ${why}`);
            if (why !== reason || acted) return;
            acted = true;
            look(store);
            act(store);
            look(store);
          },
        });
        store.set("a", 1, 100).set("b", 2).set("c", 3);
        WAYS[reason](store, clock);
        assertEquals(acted, true);
        assertEquals(errors, []);
        assertEquals(told[0], `a ${reason}`);
        look(store);
        // The store goes on as ever.
        store.clear();
        store.set("e", 1, 10).set("f", 2);
        clock.time += 10;
        assertEquals(look(store), [["f", 2]]);
      });
    }
  });
}

describe("an onRemove that calls the store", () => {
  it("may put back what expired", () => {
    const clock = new ManualClock();
    using store: Store = new ExpiringStore<string, number>({
      ttl: 10,
      now: clock.now,
      onRemove: (value, key, reason) => {
        if (reason === "expired") store.set(key, value + 1);
      },
    });
    store.set("a", 1);
    clock.time += 10;
    assertEquals(store.get("a"), undefined);
    assertEquals(store.get("a"), 2);
    clock.time += 10;
    assertEquals([...store.keys()], ["a"]);
    assertEquals(store.get("a"), 3);
  });

  it("may put back what expired under the sweeper, for as long as it likes", () => {
    using time = new FakeTime(0);
    using store: Store = new ExpiringStore<string, number>({
      ttl: 10,
      sweepInterval: 10,
      onRemove: (value, key, reason) => {
        if (reason === "expired") store.set(key, value + 1);
      },
    });
    store.set("a", 1);
    time.tick(200);
    assertEquals(store.peek("a"), 11);
  });

  it("may put back what expired when the upsert pair comes upon it", () => {
    const clock = new ManualClock();
    using store: Store = new ExpiringStore<string, number>({
      ttl: 10,
      now: clock.now,
      onRemove: (value, key, reason) => {
        if (reason === "expired") store.set(key, value + 1);
      },
    });
    store.set("a", 1);
    clock.time += 10;
    assertEquals(store.getOrInsert("a", 99), 2);
    clock.time += 10;
    assertEquals(store.getOrInsertComputed("a", () => 99), 3);
  });

  it("keeps what it sets while the store is cleared", () => {
    using store: Store = new ExpiringStore<string, number>({
      ttl: 1000,
      onRemove: (value, key, reason) => {
        if (reason === "cleared") store.set(`again ${key}`, value);
      },
    });
    store.set("a", 1).set("b", 2).clear();
    assertEquals([...store], [["again a", 1], ["again b", 2]]);
    store[Symbol.dispose]();
    assertEquals([...store.keys()], ["again again a", "again again b"]);
  });

  it("is told in the order of the removals, its own after the others", () => {
    const told: string[] = [];
    using store: Store = new ExpiringStore<string, number>({
      onRemove(_value, key, reason) {
        told.push(`${key} ${reason}`);
        if (key === "a") store.set("x", 0).delete("x");
      },
    });
    store.set("a", 1).set("b", 2).set("c", 3).clear();
    assertEquals(told, ["a cleared", "b cleared", "c cleared", "x deleted"]);
  });

  it("has the stack to itself, however much is removed at once", () => {
    let told = 0;
    const errors: unknown[] = [];
    using store: ExpiringStore<number, number> = new ExpiringStore<
      number,
      number
    >({
      onError: (error) => errors.push(error),
      onRemove(_value, key) {
        told++;
        if (key >= 0) store.set(-1, key);
      },
    });
    for (let i = 0; i < 50_000; i++) store.set(i, i);
    store.clear();
    assertEquals(errors, []);
    // Each set but the first replaced the one before.
    assertEquals(told, 50_000 + 49_999);
    assertEquals([...store], [[-1, 49_999]]);
  });

  it("may remove in a long chain", () => {
    const errors: unknown[] = [];
    using store: ExpiringStore<number, number> = new ExpiringStore<
      number,
      number
    >({
      onError: (error) => errors.push(error),
      onRemove: (_value, key) => void store.delete(key + 1),
    });
    for (let i = 0; i < 5000; i++) store.set(i, i);
    store.delete(0);
    assertEquals(store.size, 0);
    assertEquals(errors, []);
  });

  it("cannot go on for ever about what it does itself", () => {
    let told = 0;
    const errors: unknown[] = [];
    using store: Store = new ExpiringStore<string, number>({
      onError: (error) => errors.push(error),
      onRemove(value, key, reason) {
        told++;
        if (reason === "replaced") store.set(key, value + 1);
      },
    });
    store.set("a", 1).set("a", 2);
    assertEquals(errors.length, 1);
    assertInstanceOf(errors[0], RangeError);
    assertEquals(store.size, 1);
    const before = told;
    store.delete("a");
    assertEquals(told, before + 1);
  });
});
