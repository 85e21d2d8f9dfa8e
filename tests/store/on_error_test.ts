import { ExpiringStore, type RemoveReason } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { ManualClock } from "./_support.ts";

type Store = ExpiringStore<string, number>;

/** Removes something for each reason in turn. */
function removeInEveryWay(store: Store, clock: ManualClock): void {
  store.set("a", 1).set("a", 2).delete("a");
  store.set("a", 3, 10);
  clock.time += 10;
  store.get("a");
  store.set("a", 4).set("b", 5).set("c", 6);
  store.clear();
}
const REASONS: RemoveReason[] = [
  "replaced",
  "deleted",
  "expired",
  "evicted",
  "cleared",
  "cleared",
];

describe("onError", () => {
  const consoleError = console.error;
  let printed: unknown[];
  beforeEach(() => {
    printed = [];
    console.error = (...args: unknown[]) => void printed.push(...args);
  });
  afterEach(() => {
    console.error = consoleError;
  });

  function fail(_value: number, _key: string, reason: RemoveReason): never {
    throw reason;
  }

  it("gets what onRemove throws, and nothing stops", () => {
    const clock = new ManualClock();
    const errors: unknown[] = [];
    using store: Store = new ExpiringStore<string, number>({
      now: clock.now,
      maxEntries: 2,
      onRemove: fail,
      onError: (error) => errors.push(error),
    });
    removeInEveryWay(store, clock);
    assertEquals(errors, REASONS);
    assertEquals(printed, []);
    assertEquals(store.size, 0);
  });

  it("is console.error by default, as it is at that time", () => {
    const clock = new ManualClock();
    using store: Store = new ExpiringStore<string, number>({
      now: clock.now,
      maxEntries: 2,
      onRemove: fail,
    });
    removeInEveryWay(store, clock);
    assertEquals(printed, REASONS);
  });

  it("gets what an async onRemove rejects with", async () => {
    const clock = new ManualClock();
    const errors: unknown[] = [];
    using store: Store = new ExpiringStore<string, number>({
      now: clock.now,
      maxEntries: 2,
      onRemove: (_value, _key, reason) => Promise.reject(reason),
      onError: (error) => errors.push(error),
    });
    removeInEveryWay(store, clock);
    assertEquals(errors, []);
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(errors, REASONS);
  });

  it("has console.error say what an async onRemove rejects with, by default", async () => {
    using store: Store = new ExpiringStore<string, number>({
      onRemove: async (_value, _key, reason) => {
        await undefined;
        throw reason;
      },
    });
    store.set("a", 1).delete("a");
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(printed, ["deleted"]);
  });

  it("may throw: then console.error says so, and nothing stops", () => {
    const clock = new ManualClock();
    using store: Store = new ExpiringStore<string, number>({
      now: clock.now,
      maxEntries: 2,
      onRemove: fail,
      onError: (error) => {
        throw `on ${error}`;
      },
    });
    removeInEveryWay(store, clock);
    assertEquals(printed, REASONS.map((reason) => `on ${reason}`));
  });

  it("may reject: then console.error says so", async () => {
    using store: Store = new ExpiringStore<string, number>({
      onRemove: fail,
      onError: (error) => Promise.reject(`on ${error}`),
    });
    store.set("a", 1).delete("a");
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(printed, ["on deleted"]);
  });

  it("may throw about what an async onRemove rejected with", async () => {
    using store: Store = new ExpiringStore<string, number>({
      onRemove: (_value, _key, reason) => Promise.reject(reason),
      onError: (error) => {
        throw `on ${error}`;
      },
    });
    store.set("a", 1).delete("a");
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(printed, ["on deleted"]);
  });

  it("gets what onRemove throws under the sweeper, which goes on", () => {
    using time = new FakeTime();
    const errors: unknown[] = [];
    using store: Store = new ExpiringStore<string, number>({
      ttl: 10,
      onRemove: fail,
      onError: (error) => errors.push(error),
    });
    store.set("a", 1).set("b", 2);
    time.tick(1010);
    assertEquals(errors, ["expired", "expired"]);
    store.set("c", 3);
    time.tick(1010);
    assertEquals(errors.length, 3);
  });

  it("may call the store", () => {
    using store: Store = new ExpiringStore<string, number>({
      onRemove: fail,
      onError: (error) => void store.set(`after ${error}`, 1),
    });
    store.set("a", 1).delete("a");
    assertEquals([...store.keys()], ["after deleted"]);
  });

  it("is not asked about what a call of the store throws", () => {
    const errors: unknown[] = [];
    using store: Store = new ExpiringStore<string, number>({
      onError: (error) => errors.push(error),
    });
    try {
      store.set("a", 1, -1);
    } catch {
      // As it should.
    }
    assertEquals(errors, []);
  });
});

describe("when nobody can be told of an error", () => {
  const { error } = console;

  it("nothing stops: console.error that throws does not escape a call", () => {
    const told: string[] = [];
    console.error = () => {
      throw new Error("the console is broken");
    };
    try {
      using store = new ExpiringStore<string, number>({
        onRemove(_value, key) {
          told.push(key);
          throw new Error(key);
        },
      });
      store.set("a", 1).set("b", 2).clear();
      store.set("c", 3).delete("c");
      using other = new ExpiringStore<string, number>({
        onRemove() {
          throw new Error("first");
        },
        onError() {
          throw new Error("second");
        },
      });
      other.set("a", 1).clear();
      assertEquals(other.size, 0);
    } finally {
      console.error = error;
    }
    assertEquals(told, ["a", "b", "c"]);
  });

  it("what onError rejects with goes to console.error", async () => {
    const seen: unknown[] = [];
    console.error = (what: unknown) => seen.push(what);
    try {
      using store = new ExpiringStore<string, number>({
        onRemove: () => Promise.reject(new Error("removal")),
        onError: (what) => Promise.reject(what),
      });
      store.set("a", 1).delete("a");
      await new Promise((resolve) => setTimeout(resolve, 5));
    } finally {
      console.error = error;
    }
    assertEquals(seen.map(String), ["Error: removal"]);
  });
});
