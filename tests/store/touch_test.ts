import { ExpiringStore } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ManualClock, RemovalLog } from "./_support.ts";

describe("touch", () => {
  function makeStore(): {
    clock: ManualClock;
    log: RemovalLog;
    store: ExpiringStore<string, number>;
  } {
    const clock = new ManualClock();
    const log = new RemovalLog();
    const store = new ExpiringStore<string, number>({
      ttl: 100,
      now: clock.now,
      onRemove: log.onRemove,
    });
    return { clock, log, store };
  }

  it("starts the ttl again that the entry was set with", () => {
    const { store, clock } = makeStore();
    store.set("a", 1).set("b", 2, 300).set("c", 3, { ttl: 50 });
    clock.time += 40;
    for (const key of ["a", "b", "c"]) assertEquals(store.touch(key), true);
    assertEquals(store.remainingTtl("a"), 100);
    assertEquals(store.remainingTtl("b"), 300);
    assertEquals(store.remainingTtl("c"), 50);
  });

  it("starts a new one that is given, and the next bare touch that one", () => {
    const { store, clock } = makeStore();
    store.set("a", 1);
    assertEquals(store.touch("a", 500), true);
    assertEquals(store.remainingTtl("a"), 500);
    clock.time += 100;
    store.touch("a");
    assertEquals(store.remainingTtl("a"), 500);
    store.touch("a", 7.5);
    assertEquals(store.remainingTtl("a"), 7.5);
    store.touch("a", undefined);
    assertEquals(store.remainingTtl("a"), 7.5);
  });

  it("may give an entry no end, and an end again", () => {
    const { store, clock } = makeStore();
    store.set("a", 1).touch("a", Infinity);
    assertEquals(store.expiresAt("a"), Infinity);
    store.touch("a");
    assertEquals(store.expiresAt("a"), Infinity);
    clock.time += 1e9;
    store.touch("a", 10);
    clock.time += 10;
    assertEquals(store.size, 0);
  });

  it("leaves an entry as it is that never expires", () => {
    const { store } = makeStore();
    store.set("a", 1, Infinity);
    assertEquals(store.touch("a"), true);
    assertEquals(store.expiresAt("a"), Infinity);
  });

  it("answers false for what is not there, and adds nothing", () => {
    const { store, clock, log } = makeStore();
    assertEquals(store.touch("a"), false);
    assertEquals(store.touch("a", 5), false);
    store.set("a", 1);
    clock.time += 100;
    assertEquals(store.touch("a", 5), false);
    assertEquals(log.take(), ["a=1 expired"]);
    assertEquals(store.size, 0);
  });

  it("is neither a read nor a set", () => {
    const { store, log } = makeStore();
    store.set("a", 1).set("b", 2).touch("a");
    assertEquals(store.stats().hits + store.stats().misses, 0);
    assertEquals(log.take(), []);
    assertEquals([...store.keys()], ["a", "b"]);
  });
});
