import { ExpiringStore } from "@mayfly/store";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { ManualClock } from "./_support.ts";

const YEAR = 365 * 86_400_000;

describe("the clock", () => {
  it("is Date.now, found at each call", () => {
    const before = Date.now;
    let time = 5000;
    using store = new ExpiringStore<string, number>({ ttl: 100 });
    try {
      Date.now = () => time;
      store.set("a", 1);
      assertEquals(store.expiresAt("a"), 5100);
      time = 5099;
      assertEquals(store.get("a"), 1);
      time = 5100;
      assertEquals(store.get("a"), undefined);
    } finally {
      Date.now = before;
    }
    store.set("a", 1);
    assert(store.expiresAt("a")! > 6000);
  });

  it("is the Date that is there at each call", () => {
    using store = new ExpiringStore<string, number>({ ttl: 100 });
    {
      using time = new FakeTime(1000);
      store.set("a", 1);
      assertEquals(store.expiresAt("a"), 1100);
      time.tick(100);
      assertEquals(store.has("a"), false);
      store.set("b", 1);
    }
    // Years later, with real time back.
    assertEquals(store.has("b"), false);
  });

  it("is the option `now`, where that is given", () => {
    using time = new FakeTime(0);
    const clock = new ManualClock(500);
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      now: clock.now,
    });
    store.set("a", 1);
    assertEquals(store.expiresAt("a"), 600);
    time.tick(99);
    assertEquals(store.get("a"), 1);
    clock.time = 600;
    assertEquals(store.get("a"), undefined);
  });

  it("is asked by every read of what can expire: an entry is gone at its deadline in the middle of a long synchronous run", () => {
    // A store that keeps the time for a turn of the event loop returns what is long past.
    const clock = new ManualClock(0);
    using store = new ExpiringStore<number, number>({
      ttl: 10,
      now: clock.now,
    });
    for (let i = 0; i < 1000; i++) {
      store.set(i, i);
      clock.time += 0.5;
      const deadline = i - 19;
      if (deadline < 0) continue;
      const reads = [
        store.get(deadline),
        store.peek(deadline),
        store.has(deadline),
        store.remainingTtl(deadline),
        store.expiresAt(deadline),
        store.touch(deadline),
        store.delete(deadline),
      ];
      assertEquals(reads, [
        ...[undefined, undefined, false, undefined, undefined, false, false],
      ]);
      assertEquals(store.get(deadline + 1), deadline + 1);
      assertEquals(store.size, 19);
      assertEquals([...store.keys()][0], deadline + 1);
    }
  });

  it("is real time in such a run", () => {
    using store = new ExpiringStore<string, number>();
    store.set("a", 1, 20);
    const deadline = store.expiresAt("a")!;
    let last: number | undefined = 1;
    while (Date.now() < deadline) store.get("a");
    last = store.get("a");
    assertEquals(last, undefined);
    assertEquals(store.size, 0);
  });

  it("may stand still", () => {
    using store = new ExpiringStore<string, number>({
      ttl: 1,
      sliding: true,
      now: () => 0,
    });
    for (let i = 0; i < 1000; i++) {
      store.set(`${i}`, i);
      assertEquals(store.get(`${i}`), i);
    }
    assertEquals(store.sweep(), 0);
    assertEquals(store.size, 1000);
  });

  it("may go backwards: deadlines stay where they are", () => {
    const clock = new ManualClock(10_000);
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      now: clock.now,
    });
    store.set("a", 1);
    clock.time = 5000;
    store.set("b", 2);
    assertEquals(store.expiresAt("a"), 10_100);
    assertEquals(store.remainingTtl("a"), 5100);
    clock.time = 5100;
    assertEquals(store.has("b"), false);
    assertEquals(store.get("a"), 1);
    // Started again, a ttl counts from the time that it is.
    store.touch("a");
    assertEquals(store.expiresAt("a"), 5200);
    clock.time = 5200;
    assertEquals(store.sweep(), 1);
    assertEquals(store.stats().expired, 2);
  });

  it("may go backwards under the sweeper", () => {
    using time = new FakeTime(0);
    let offset = 100_000;
    const gone: string[] = [];
    using store = new ExpiringStore<string, number>({
      ttl: 5000,
      now: () => Date.now() + offset,
      onRemove: (_value, key) => gone.push(key),
    });
    store.set("a", 1);
    offset = 0;
    store.set("b", 2);
    time.tick(6000);
    assertEquals(gone, ["b"]);
    time.tick(100_000);
    assertEquals(gone, ["b", "a"]);
  });

  it("may jump years ahead", () => {
    const clock = new ManualClock();
    using store = new ExpiringStore<number, number>({
      ttl: 100,
      now: clock.now,
    });
    for (let i = 0; i < 1000; i++) store.set(i, i, 100 + i * 1000);
    store.set(-1, -1, Infinity);
    clock.time += 50 * YEAR;
    assertEquals(store.get(5), undefined);
    assertEquals(store.size, 1);
    assertEquals([...store.keys()], [-1]);
    assertEquals(store.stats().expired, 1000);
  });

  it("may jump years ahead between two wakings of the sweeper", () => {
    using time = new FakeTime(0);
    let offset = 0;
    const gone: string[] = [];
    using store = new ExpiringStore<string, number>({
      now: () => Date.now() + offset,
      onRemove: (_value, key) => gone.push(key),
    });
    store.set("a", 1, 100).set("b", 2, YEAR).set("c", 3, 3 * YEAR);
    offset = 2 * YEAR;
    time.tick(1100);
    assertEquals(gone, ["a", "b"]);
  });

  it("may count from anywhere, in fractions", () => {
    const clock = new ManualClock(-1234.5);
    using store = new ExpiringStore<string, number>({
      ttl: 0.25,
      now: clock.now,
    });
    store.set("a", 1);
    assertEquals(store.expiresAt("a"), -1234.25);
    clock.time = -1234.3;
    assertEquals(store.has("a"), true);
    clock.time = -1234.25;
    assertEquals(store.has("a"), false);
  });

  for (const bad of [NaN, undefined, "5", 5n, null]) {
    it(`that answers ${String(bad)} sets nothing and touches nothing`, () => {
      let time: unknown = 1000;
      using store = new ExpiringStore<string, number>({
        ttl: 100,
        sliding: true,
        now: () => time as number,
      });
      store.set("a", 1).set("b", 2, Infinity);
      time = bad;
      assertThrows(() => store.set("a", 2), RangeError, '"now" must return');
      assertThrows(() => store.set("c", 2), RangeError);
      assertThrows(() => store.set("a", 2, { keepTtl: true }), RangeError);
      assertThrows(() => store.set("a", 2, { expiresAt: 5000 }), RangeError);
      assertThrows(() => store.touch("a"), RangeError);
      assertThrows(() => store.touch("b", 5), RangeError);
      time = 1000;
      assertEquals([...store], [["a", 1], ["b", 2]]);
      assertEquals(store.expiresAt("a"), 1100);
      assertEquals(store.expiresAt("b"), Infinity);
      time = 1050;
      // No ttl of 5 ms for it.
      store.get("b");
      assertEquals(store.expiresAt("b"), Infinity);
      time = 1100;
      assertEquals([...store.keys()], ["b"]);
    });
  }

  it("that answers NaN does not slide a deadline out of reach", () => {
    const clock = new ManualClock(1000);
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      sliding: true,
      now: clock.now,
    });
    store.set("a", 1);
    clock.time = NaN;
    store.get("a");
    clock.time = 1100;
    assertEquals(store.size, 0);
  });

  it("that throws changes nothing", () => {
    let broken = false;
    using store = new ExpiringStore<string, number>({
      ttl: 100,
      sliding: true,
      now() {
        if (broken) throw new URIError("of the clock");
        return 0;
      },
    });
    store.set("a", 1).set("b", 2, Infinity);
    broken = true;
    const calls = [
      () => store.set("a", 2),
      () => store.get("a"),
      () => store.touch("a"),
      () => store.touch("b", 5),
      () => store.has("a"),
      () => store.delete("a"),
      () => store.clear(),
      () => store.sweep(),
      () => [...store],
    ];
    for (const call of calls) assertThrows(call, URIError);
    broken = false;
    assertEquals([...store], [["a", 1], ["b", 2]]);
    assertEquals(store.remainingTtl("a"), 100);
    store.get("b");
    assertEquals(store.remainingTtl("b"), Infinity);
  });
});
