import { ExpiringStore } from "@mayfly/store";
import { assert, assertEquals, assertGreater } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { KeyMap } from "../../src/store/_key_map.ts";
import { Trial } from "./_model.ts";
import { ManualTimers } from "./_support.ts";

/** More than a map of keys holds that shrinks by itself. */
const MANY = 50_000;
const SURVIVORS = 100;

/** Keys that live on among `MANY` that do not. */
function survives(key: number): boolean {
  return key % (MANY / SURVIVORS) === 7;
}

/** The keys of a store that something was done to. */
function keysOf(
  now: () => number,
  act: (store: ExpiringStore<number, number>) => void,
): KeyMap<number> {
  const { add } = KeyMap.prototype;
  let keys: KeyMap<number> | undefined;
  KeyMap.prototype.add = function (key, slot) {
    keys = this as KeyMap<number>;
    add.call(this, key, slot);
  };
  try {
    using store = new ExpiringStore<number, number>({ now });
    act(store);
    // Before it is disposed of.
    const { map } = keys!;
    return Object.assign(new KeyMap<number>(), { map: new Map(map) });
  } finally {
    KeyMap.prototype.add = add;
  }
}

describe("a large store that most entries expire in at once", () => {
  const { now } = performance;
  let timers: ManualTimers;
  beforeEach(() => {
    timers = new ManualTimers();
    // A slice of a sweep ends after so many looks at the time, on any machine.
    let looks = 0;
    performance.now = () => looks++ * 0.3;
  });
  afterEach(() => {
    timers[Symbol.dispose]();
    performance.now = now;
  });

  function make(): ExpiringStore<number, number> {
    return new ExpiringStore<number, number>({ now: timers.now });
  }

  function fill(store: ExpiringStore<number, number>): void {
    for (let key = 0; key < MANY; key++) {
      store.set(key, key, survives(key) ? 1e9 : 1000);
    }
  }

  it("keeps the others in order, with an iteration and changes going on between the slices", () => {
    using store = make();
    fill(store);
    const iterator = store.keys();
    const seen = new Map<number, number>();
    const see = () => {
      const { done, value } = iterator.next();
      if (done) return;
      assert(store.has(value));
      seen.set(value, (seen.get(value) ?? 0) + 1);
    };
    see();
    timers.pass(1999);
    let slices = 0;
    for (let next = 0; timers.next(50_000); next++) {
      slices++;
      see();
      // A key that has expired comes back, some go at once.
      const back = (next * 37) % MANY;
      if (!survives(back) && store.peek(back) === undefined) {
        store.set(back, -back, next % 3 ? Infinity : 1e9);
      }
      if (next % 5 === 0) store.delete(back);
      assertEquals(
        store.get(back),
        next % 5 === 0 ? undefined : store.peek(back),
      );
    }
    assertGreater(slices, 30);
    const kept = [...store.keys()];
    assertEquals(store.size, kept.length);
    assertEquals(
      kept.filter(survives),
      Array.from({ length: MANY }, (_, key) => key).filter(survives),
    );
    assertEquals(kept.slice(0, SURVIVORS).every(survives), true);
    for (const key of kept) {
      assertEquals(store.peek(key), survives(key) ? key : -key);
    }
    // What was there from start to end is walked over once, and what came meanwhile, too.
    for (let { done, value } = iterator.next(); !done;) {
      seen.set(value, (seen.get(value) ?? 0) + 1);
      ({ done, value } = iterator.next());
    }
    for (const key of kept) assert(seen.has(key), `${key} was not walked over`);
    for (const key of kept.filter(survives)) assertEquals(seen.get(key), 1);
  });

  it("is as the naive model at each slice", () => {
    const trial = new Trial({
      now: timers.now,
      sweepInterval: 1000,
      told: true,
    });
    using store = trial.store;
    for (let key = 0; key < MANY; key++) {
      trial.set(key, key, survives(key) ? 1e9 : 1000);
    }
    timers.pass(1999);
    for (let next = 0; trial.due > 0 || next < 10; next++) {
      for (let i = 0; i < 400 && timers.next(500_000); i++);
      trial.timersRan();
      const key = next * 7919 % MANY;
      trial.set(key, key, next % 2 ? undefined : 1e9);
      trial.delete((key + 1) % MANY);
      trial.get((key + 2) % MANY);
      trial.touch(key, 2e9);
    }
    trial.look();
    assertGreater(store.size, SURVIVORS - 5);
  });

  it("is cleared and filled between two slices", () => {
    using store = make();
    fill(store);
    timers.pass(1999);
    for (let slice = 0; slice < 20; slice++) timers.next();
    store.clear();
    assertEquals([...store], []);
    fill(store);
    timers.pass(100_000);
    assertEquals([...store.keys()].every(survives), true);
    assertEquals(store.size, SURVIVORS);
  });

  it("is walked over to the end, though its keys are in another map by then", () => {
    using store = make();
    fill(store);
    const iterator = store.keys();
    for (let key = 0; key < 40_000; key++) iterator.next();
    timers.pass(60_000);
    // Of both halves of what expired, passed by the walk or ahead of it, and a new one.
    for (const key of [1, 30_000, 45_000, 49_000, -5]) store.set(key, -1);
    assertEquals([...iterator], [
      ...[...store.keys()].filter((key) => key >= 40_000 && survives(key)),
      ...[1, 30_000, 45_000, 49_000, -5],
    ]);
  });

  it("does not keep the keys that are gone", () => {
    const keys = keysOf(timers.now, (store) => {
      fill(store);
      timers.pass(60_000);
    });
    assertEquals(keys.map.size, SURVIVORS);
  });

  it("does not keep the keys that a sweep in one go took", () => {
    const keys = keysOf(timers.now, (store) => {
      fill(store);
      timers.time = 60_000;
      assertEquals(store.sweep(), MANY - SURVIVORS);
    });
    assertEquals(keys.map.size, SURVIVORS);
  });

  it("does not keep them though the last that can expire goes in the middle of it", () => {
    const keys = keysOf(timers.now, (store) => {
      for (let key = 0; key < MANY; key++) {
        store.set(key, key, survives(key) ? Infinity : 1000);
      }
      timers.pass(1999);
      while (timers.active > 0) {
        store.set(-1, -1, 1e6).delete(-1);
        timers.next();
      }
    });
    assertEquals(keys.map.size, SURVIVORS);
  });

  it("has no timer left after a sweep in one go that found it half swept", () => {
    using store = make();
    for (let key = 0; key < MANY; key++) {
      store.set(key, key, survives(key) ? Infinity : 1000);
    }
    timers.pass(1999);
    for (let slice = 0; slice < 20; slice++) timers.next();
    assertEquals(timers.active, 1);
    assertGreater(store.sweep(), 0);
    assertEquals(timers.active, 0);
    assertEquals(store.size, SURVIVORS);
  });

  it("has no timer left when it is empty", () => {
    using store = make();
    for (let key = 0; key < MANY; key++) store.set(key, key, 1000);
    timers.pass(1999);
    while (timers.next());
    assertEquals(timers.active, 0);
    assertEquals(store.stats(), {
      entries: 0,
      hits: 0,
      misses: 0,
      expired: MANY,
      evicted: 0,
    });
  });
});

describe("KeyMap", () => {
  const LARGE = 1 << 15;

  function fill(): KeyMap<number> {
    const keys = new KeyMap<number>();
    for (let key = 0; key < 2 * LARGE; key++) keys.add(key, key);
    return keys;
  }

  function live(keys: KeyMap<number>): number[] {
    return [...keys.map].filter(([, slot]) => slot !== undefined)
      .map(([key]) => key);
  }

  it("is rid of the swept keys in the end", () => {
    const keys = fill();
    for (let key = 10; key < 2 * LARGE; key++) keys.sweep(key);
    assertGreater(keys.map.size, 10);
    assertEquals(keys.unsettled, true);
    while (keys.settle(100));
    assertEquals([...keys.map.keys()], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assertEquals(keys.unsettled, false);
  });

  it("is rid of them at once when nothing lives", () => {
    const keys = fill();
    const { map } = keys;
    for (let key = 0; key < 2 * LARGE; key++) keys.sweep(key);
    assertEquals(keys.settle(1), false);
    assertEquals(keys.map.size, 0);
    assertEquals(map.size, 0);
  });

  it("counts what is retired, also when it comes back", () => {
    const keys = fill();
    for (let key = 0; key < 2 * LARGE; key++) keys.sweep(key);
    keys.add(2 * LARGE - 5, 50);
    while (keys.settle(1000));
    assertEquals([...keys.map], [[2 * LARGE - 5, 50]]);
  });

  it("knows, at each step of settling, what was added and removed meanwhile", () => {
    const keys = fill();
    const expected = new Set<number>();
    for (let key = 0; key < 100; key++) expected.add(key);
    for (let key = 100; key < 2 * LARGE; key++) keys.sweep(key);
    for (let step = 0; keys.settle(500); step++) {
      // Retired before, not yet copied, copied already, new.
      for (
        const key of [LARGE + step, 100 + step, step % 100, 3 * LARGE + step]
      ) {
        if (expected.delete(key)) keys.remove(key);
        else {
          keys.add(key, key);
          expected.add(key);
        }
      }
      assertEquals(live(keys), [...expected]);
    }
    assertEquals([...keys.map.keys()], [...expected]);
  });

  it("puts a key that comes back behind the others", () => {
    const keys = fill();
    for (let key = 3; key < 2 * LARGE; key++) keys.sweep(key);
    keys.add(LARGE * 2 - 1, 1);
    keys.add(5, 1);
    assertEquals(live(keys), [0, 1, 2, LARGE * 2 - 1, 5]);
    while (keys.settle(1000));
    assertEquals(live(keys), [0, 1, 2, LARGE * 2 - 1, 5]);
  });
});
