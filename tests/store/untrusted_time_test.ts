import { ExpiringStore } from "@mayfly/store";
import {
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
} from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { ManualTimers, RemovalLog } from "./_support.ts";

const DAY = 86_400_000;

describe("the sweeper of a store whose clock or host is not to be trusted", () => {
  let timers: ManualTimers;
  let log: RemovalLog;
  /** How far the store's clock is ahead of the timers. */
  let ahead: number;
  beforeEach(() => {
    timers = new ManualTimers();
    log = new RemovalLog();
    ahead = 0;
  });
  afterEach(() => timers[Symbol.dispose]());

  const now = () => timers.time + ahead;

  function make(
    options: { now?: () => number; ttl?: number; onError?: () => void } = {},
  ): ExpiringStore<string, number> {
    return new ExpiringStore<string, number>({
      now,
      onRemove: log.onRemove,
      ...options,
    });
  }

  it("comes within a few intervals of the next call when the clock was set forward", () => {
    using store = make();
    store.set("a", 1, 20 * DAY);
    ahead = 30 * DAY;
    store.set("b", 2, 20 * DAY);
    timers.pass(3000);
    assertEquals(log.take(), ["a=1 expired"]);
  });

  it("does so when it is only read, too", () => {
    for (const read of ["get", "has", "touch", "peek"] as const) {
      using store = make();
      store.set("a", 1, 20 * DAY).set("b", 2, 60 * DAY);
      ahead += 30 * DAY;
      store[read]("b");
      log.take();
      timers.pass(3000);
      assertEquals(log.take(), ["a=1 expired"], read);
    }
  });

  it("comes though the host forgot its timer", () => {
    using store = make({ ttl: 1000 });
    store.set("a", 1).set("b", 2, 10_000);
    timers.forget();
    timers.pass(5000);
    assertEquals(log.take(), []);
    store.get("b");
    timers.pass(2000);
    assertEquals(log.take(), ["a=1 expired"]);
  });

  it("comes in time when the clock was set back", () => {
    ahead = 100 * DAY;
    using store = make();
    store.set("old", 1, 1000);
    ahead = 0;
    store.set("a", 1, 1000);
    timers.pass(2000);
    assertEquals(log.take(), ["a=1 expired"]);
  });

  for (const answer of [NaN, undefined, "x", -Infinity, 0, 5n]) {
    it(`does not spin while the clock answers ${String(answer)}`, () => {
      let broken = false;
      using store = make({
        now: () => broken ? answer as number : timers.time,
        onError: () => {},
      });
      store.set("a", 1, 100);
      broken = true;
      let fired = 0;
      while (timers.next(60_000)) fired++;
      assertLessOrEqual(fired, 61);
      broken = false;
      timers.time = 60_000;
      timers.pass(3000);
      assertEquals(log.take(), ["a=1 expired"]);
      assertEquals(timers.active, 0);
    });
  }

  it("frees what was set at the beginning of time", () => {
    using store = make({ now: () => -Infinity });
    store.set("a", 1, 1000);
    assertEquals(store.size, 0);
    timers.pass(2000);
    assertEquals(log.take(), ["a=1 expired"]);
    assertEquals(timers.active, 0);
  });

  it("goes on when the clock throws, and tells onError", () => {
    let broken = false;
    const errors: unknown[] = [];
    using store = new ExpiringStore<string, number>({
      now() {
        if (broken) throw new URIError("of the clock");
        return timers.time;
      },
      onRemove: log.onRemove,
      onError: (error) => errors.push(error),
    });
    store.set("a", 1, 100);
    broken = true;
    timers.pass(10_000);
    assertGreater(errors.length, 2);
    assertLess(errors.length, 12);
    assertEquals(errors[0] instanceof URIError, true);
    broken = false;
    timers.pass(2000);
    assertEquals(log.take(), ["a=1 expired"]);
  });

  it("lets set store where there are no timers, and comes once there are", () => {
    const { setTimeout } = globalThis;
    using store = make();
    globalThis.setTimeout = (() => {
      throw new Error("no timers outside of a request");
    }) as unknown as typeof setTimeout;
    assertEquals(store.set("a", 1, 1000).get("a"), 1);
    store.set("b", 2, 50_000);
    assertEquals(store.size, 2);
    globalThis.setTimeout = setTimeout;
    timers.time = 2000;
    store.get("b");
    timers.pass(2000);
    assertEquals(log.take(), ["a=1 expired"]);
  });

  it("does not set its timer at each call of a long synchronous run", () => {
    const { setTimeout } = globalThis;
    let set = 0;
    globalThis.setTimeout = ((run: () => void, delay: number) => {
      set++;
      return setTimeout(run, delay);
    }) as unknown as typeof setTimeout;
    using store = make({ ttl: 100 });
    for (let i = 0; i < 10_000; i++) {
      ahead = i;
      store.set(`k${i % 10}`, i);
      store.get("k5");
    }
    globalThis.setTimeout = setTimeout;
    assertLess(set, 15);
  });
});
