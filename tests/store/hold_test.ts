import { ExpiringStore, StoreFullError } from "@mayfly/store";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ManualClock, ManualTimers, RemovalLog } from "./_support.ts";

function make(options: Record<string, unknown> = {}) {
  const clock = new ManualClock();
  const log = new RemovalLog();
  const store = new ExpiringStore<string, number>({
    ttl: 100,
    now: clock.now,
    onRemove: log.onRemove,
    sweepInterval: Infinity,
    ...options,
  });
  return { clock, log, store };
}

describe("hold", () => {
  it("keeps an entry past its ttl and its maxAge, swept or not", () => {
    const { clock, store } = make({ maxAge: 150, sliding: true });
    store.set("a", 1);
    const held = store.hold("a");
    assertEquals(held?.value, 1);
    clock.time += 1000;
    assertEquals(store.sweep(), 0);
    assertEquals(store.get("a"), 1);
    assertEquals([...store], [["a", 1]]);
    assertEquals(store.size, 1);
    assertEquals(store.remainingTtl("a"), Infinity);
    assertEquals(store.expiresAt("a"), Infinity);
    held!.release();
    assertEquals(store.has("a"), false);
  });

  it("starts the ttl again at its end in a sliding store", () => {
    const { clock, store } = make({ sliding: true });
    store.set("a", 1);
    const held = store.hold("a")!;
    clock.time += 1000;
    held.release();
    assertEquals(store.remainingTtl("a"), 100);
    store.set("b", 2, { expiresAt: clock.time + 50 });
    store.hold("b")!.release();
    assertEquals(store.remainingTtl("b"), 50);
  });

  it("leaves the old deadline in another, and tells within release of what has passed it", () => {
    const { clock, store, log } = make();
    store.set("a", 1).set("b", 2);
    const a = store.hold("a")!;
    const b = store.hold("b")!;
    clock.time += 60;
    b.release();
    assertEquals(store.remainingTtl("b"), 40);
    clock.time += 40;
    assertEquals(log.take(), []);
    a.release();
    assertEquals(log.take(), ["a=1 expired"]);
    assertEquals(store.stats().expired, 1);
  });

  it("ends with the last of several, each of which ends once", () => {
    const { clock, store } = make();
    store.set("a", 1);
    const first = store.hold("a")!;
    {
      using second = store.hold("a");
      assertEquals(second?.value, 1);
      first.release();
      first.release();
      first[Symbol.dispose]();
      clock.time += 100;
      assertEquals(store.has("a"), true);
    }
    assertEquals(store.has("a"), false);
  });

  it("counts as a hit, and of what is absent is undefined and a miss", () => {
    const { clock, store } = make();
    store.set("a", 1).set("b", 2);
    store.hold("a");
    clock.time += 100;
    assertEquals(store.hold("b"), undefined);
    assertEquals(store.hold("c"), undefined);
    const { hits, misses } = store.stats();
    assertEquals([hits, misses], [1, 2]);
  });

  it("goes on over a set, whose time to live holds at the end", () => {
    const { clock, store, log } = make();
    store.set("a", 1);
    const held = store.hold("a")!;
    store.set("a", 2, 500);
    assertEquals(log.take(), ["a=1 replaced"]);
    clock.time += 300;
    store.set("a", 3, { keepTtl: true });
    assertEquals(store.touch("a", 700), true);
    assertEquals(store.remainingTtl("a"), Infinity);
    assertEquals(held.value, 1);
    held.release();
    assertEquals(store.remainingTtl("a"), 700);
  });

  it("ends with the entry", () => {
    for (const how of ["delete", "clear", "past"] as const) {
      const { clock, store } = make({ sliding: true });
      store.set("a", 1);
      const held = store.hold("a")!;
      if (how === "delete") store.delete("a");
      else if (how === "clear") store.clear();
      else store.set("a", 1, { expiresAt: clock.time });
      assertEquals(store.has("a"), false, how);
      store.set("a", 2);
      clock.time += 40;
      held.release();
      assertEquals(store.remainingTtl("a"), 60, how);
      clock.time += 60;
      assertEquals(store.has("a"), false, how);
    }
  });

  for (const eviction of ["sieve", "lru", "soonest", "reject"] as const) {
    it(`keeps an entry from being evicted, and a full store refuses ("${eviction}")`, () => {
      const { store, log } = make({ maxEntries: 2, eviction });
      store.set("a", 1, 10).set("b", 2);
      const a = store.hold("a")!;
      if (eviction !== "reject") {
        store.set("c", 3);
        assertEquals(log.take(), ["b=2 evicted"]);
      }
      const other = eviction === "reject" ? "b" : "c";
      const b = store.hold(other)!;
      assertThrows(() => store.set("d", 4), StoreFullError);
      assertEquals(log.take(), []);
      assertEquals([...store.keys()], ["a", other]);
      // One that is there has its room.
      store.set("a", 5);
      a.release();
      b.release();
      if (eviction !== "reject") assertEquals(store.set("d", 4).size, 2);
    });
  }

  it("refuses before anything is evicted what does not fit beside what is held", () => {
    const { store, log } = make({
      maxWeight: 10,
      weigh: (value: number) => value,
    });
    store.set("a", 4).set("b", 2).set("c", 2);
    using _held = store.hold("a");
    assertThrows(() => store.set("d", 7), StoreFullError);
    assertEquals(log.take(), []);
    store.set("d", 6);
    assertEquals(store.has("a"), true);
    assertEquals(store.size, 2);
  });

  it("has no timer while all that could expire is held, and the sweeper comes afterwards", () => {
    using timers = new ManualTimers();
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      sliding: true,
      sweepInterval: 10,
      now: timers.now,
    });
    store.set("a", 1);
    const held = store.hold("a")!;
    assertEquals(timers.active, 0);
    timers.pass(500);
    held.release();
    timers.pass(120);
    assertEquals(store.stats().expired, 1);
    assertEquals(timers.active, 0);
  });

  it("is still there when the clock throws at its release", () => {
    const { clock } = make();
    let fails = false;
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      now: () => {
        if (fails) throw new Error("no clock");
        return clock.time;
      },
    });
    store.set("a", 1);
    const held = store.hold("a")!;
    fails = true;
    assertThrows(() => held.release(), Error, "no clock");
    fails = false;
    assertEquals(store.remainingTtl("a"), Infinity);
    held.release();
    assertEquals(store.remainingTtl("a"), 100);
  });

  it("takes -0 for the key 0, and may be released within onRemove", () => {
    const store = new ExpiringStore<number, number>({
      onRemove: (): void => held.release(),
    });
    store.set(0, 1);
    const held = store.hold(-0)!;
    store.set(-0, 2);
    assert(store.delete(0));
    assertEquals(store.size, 0);
  });

  it("keeps entries of a plain store on the runtime's own clock", () => {
    using store = new ExpiringStore<string, number>({ ttl: 60_000 });
    store.set("a", 1).set("b", 2);
    const held = store.hold("a")!;
    store.set("a", 3);
    assertEquals(store.remainingTtl("a"), Infinity);
    assertEquals(store.get("a"), 3);
    assertEquals(store.delete("a"), true);
    store.set("a", 4);
    held.release();
    assert(store.remainingTtl("a")! > 0);
    assertEquals(store.size, 2);
  });
});
