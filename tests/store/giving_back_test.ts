import { ExpiringStore } from "@mayfly/store";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { Entries } from "../../src/store/_entries.ts";
import { CHUNK_SIZE, NO_SLOT } from "../../src/store/_entry_table.ts";
import { KeyMap } from "../../src/store/_key_map.ts";
import { Bounds } from "../../src/store/_bounds.ts";
import { StepMap } from "../../src/store/steps/step_map.ts";
import { ManualClock, ManualTimers } from "./_support.ts";

/** Watches the key map of a store: what it holds, `act` can ask at any time. */
function watchKeys(
  act: (held: () => number) => void,
): void {
  const { add } = KeyMap.prototype;
  let keys: KeyMap<unknown> | undefined;
  KeyMap.prototype.add = function (key, slot) {
    keys = this as KeyMap<unknown>;
    add.call(this, key, slot);
  };
  try {
    act(() => keys!.map.size);
  } finally {
    KeyMap.prototype.add = add;
  }
}

describe("a store that most entries left", () => {
  const COUNT = 100_000;
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

  function fill(expiring: number): ExpiringStore<number, number> {
    const store = new ExpiringStore<number, number>({ now: timers.now });
    for (let i = 0; i < COUNT; i++) {
      store.set(i, i, i < expiring ? 1000 : Infinity);
    }
    return store;
  }

  it("holds no swept key once the sweep is over, however many are left", () => {
    for (const share of [0.45, 0.55, 0.7, 0.99]) {
      watchKeys((held) => {
        using store = fill(COUNT * share);
        timers.pass(10_000);
        assertEquals(timers.active, 0);
        assertEquals(held(), store.size, String(share));
      });
    }
  });

  it("holds none after a sweep in one go", () => {
    watchKeys((held) => {
      using store = fill(COUNT * 0.7);
      timers.time += 1000;
      store.sweep();
      assertEquals(held(), COUNT * 0.3);
    });
  });

  it("holds none when it is shut down in the middle, nor later", () => {
    watchKeys((held) => {
      using store = fill(COUNT * 0.7);
      timers.pass(1999);
      let before = COUNT;
      while (timers.next() && held() < before) before = held();
      // From now on keys are retired, then the map is copied.
      for (let slice = 0; slice < 30; slice++) timers.next();
      store.shutdown();
      store.sweep();
      assertEquals(held(), COUNT * 0.3);
      for (let i = COUNT * 0.7; i < COUNT; i += 2) store.delete(i);
      assertEquals(held(), COUNT * 0.15);
    });
  });
});

/** Removes an entry as a map does. */
function remove(entries: Entries<number, number>, slot: number): void {
  entries.take(slot);
  entries.tidy();
}

describe("Entries that most left", () => {
  const MANY = 40 * CHUNK_SIZE;

  function fill(
    eviction?: "sieve" | "lru" | "soonest",
  ): { entries: Entries<number, number>; slots: () => Map<number, number> } {
    const entries = new Entries<number, number>({
      ttl: 100,
      bounds: eviction && new Bounds<number, number>({
        maxEntries: 1e9,
        maxWeight: 1e9,
        weigh: () => 1,
        eviction,
      }),
    });
    for (let i = 0; i < MANY; i++) {
      entries.insert(i, i, 1 + i % 3, 100 + i % 5, 1000 + i, i % 2 ? 1e6 : 1e7);
    }
    return { entries, slots: () => entries.keys.map as Map<number, number> };
  }

  function chunksOf(entries: Entries<number, number>): number {
    return entries.chunks.filter((chunk) => chunk !== undefined).length;
  }

  for (const eviction of [undefined, "sieve", "lru", "soonest"] as const) {
    it(`move together, with all that is known of them (${eviction ?? "no"} order)`, () => {
      const { entries, slots } = fill(eviction);
      for (let i = 0; i < MANY; i++) {
        if (i % 900 !== 13) remove(entries, slots().get(i)!);
      }
      while (entries.settle(100));
      assertLessOrEqual(chunksOf(entries), 3);
      const kept = [...slots()];
      assertEquals(kept.length, entries.size);
      for (const [key, slot] of kept) {
        assertEquals(key % 900, 13);
        assertEquals(entries.keyAt(slot), key);
        assertEquals(entries.valueAt(slot), key);
        assertEquals(entries.deadlineAt(slot), 1000 + key);
        assertEquals(entries.ttlAt(slot), 100 + key % 5);
        assertEquals(entries.limitAt(slot), key % 2 ? 1e6 : 1e7);
        if (eviction) assertEquals(entries.weightAt(slot), 1 + key % 3);
      }
      assertEquals(
        kept.map(([key]) => key),
        kept.map(([, slot]) => entries.keyAt(slot)),
      );
      if (eviction) {
        // By use and by deadline it is the order in which they came.
        for (const [key] of kept) {
          const victim = entries.victim(NO_SLOT);
          assertEquals(entries.keyAt(victim), key);
          remove(entries, victim);
        }
        return;
      }
      let due = 0;
      for (let slot; (slot = entries.index.inspect(1000 + MANY)) !== -1;) {
        if (slot < 0) continue;
        due++;
        remove(entries, slot);
      }
      assertEquals(due, kept.length);
    });
  }

  it("move from a chunk where some have a ttl and a limit of their own to one where none has", () => {
    const entries = new Entries<number, number>({
      ttl: 100,
      bounds: undefined,
    });
    const last = 4 * CHUNK_SIZE;
    const isKept = (i: number) => i % CHUNK_SIZE === 1 || i === last + 2;
    for (let i = 0; i < last + CHUNK_SIZE; i++) {
      const isOwn = i === last + 2;
      entries.insert(i, i, 0, isOwn ? 7 : 100, 1000, isOwn ? 1e6 : Infinity);
    }
    const slots = entries.keys.map as Map<number, number>;
    for (let i = 0; i < last + CHUNK_SIZE; i++) {
      if (!isKept(i)) remove(entries, slots.get(i)!);
    }
    while (entries.settle(100));
    assertLessOrEqual(chunksOf(entries), 2);
    for (const [key, slot] of slots) {
      const isOwn = key === last + 2;
      assertEquals(entries.keyAt(slot), key);
      assertEquals(entries.ttlAt(slot), isOwn ? 7 : 100);
      assertEquals(entries.limitAt(slot), isOwn ? 1e6 : Infinity);
    }
    assertEquals(slots.size, 6);
  });

  it("that went in order share few chunks, though each chunk keeps one of them", () => {
    const { entries, slots } = fill();
    for (let i = 0; i < MANY; i++) {
      if (i % CHUNK_SIZE !== 7) remove(entries, slots().get(i)!);
    }
    assertEquals(entries.size, MANY / CHUNK_SIZE);
    assertLessOrEqual(chunksOf(entries), 3);
  });

  it("that came in order, and went in order, leave nothing behind", () => {
    const { entries, slots } = fill();
    for (let i = 0; i < MANY - 10; i++) remove(entries, slots().get(i)!);
    assertLessOrEqual(chunksOf(entries), 3);
    for (let i = 0; i < MANY; i++) entries.insert(-1 - i, i, 1, 100, 50, 1e7);
    assertEquals(new Set(slots().values()).size, MANY + 10);
  });
});

describe("a StepMap", () => {
  function make(clock: ManualClock): StepMap<number, number> {
    return new StepMap({
      ttl: 1000,
      sliding: false,
      maxAge: Infinity,
      sweepInterval: Infinity,
      now: clock.now,
      onRemove: undefined,
      onError: undefined,
      onSweep: undefined,
      bounds: undefined,
    });
  }

  it("shows each key that is there from start to end to a scan, though entries move meanwhile", () => {
    const map = make(new ManualClock());
    const COUNT = 100_000;
    const stays = (key: number) => key % 700 === 3;
    for (let i = 0; i < COUNT; i++) map.set(i, i);
    const seen = new Set<number>();
    let cursor = 0;
    let steps = 0;
    do {
      const [next, keys] = map.scan(cursor, 50);
      cursor = next;
      for (const key of keys) seen.add(key);
      for (let i = 0; i < 600; i++) {
        const key = (steps * 600 + i) * 7919 % COUNT;
        if (!stays(key)) map.delete(key);
      }
      if (steps % 10 === 0) map.set(COUNT + steps, 1);
      steps++;
    } while (cursor !== 0);
    for (let key = 0; key < COUNT; key++) {
      if (stays(key)) assert(seen.has(key), `${key} was not seen`);
    }
  });

  it("is scanned in few steps when few live among many that are due", () => {
    const clock = new ManualClock();
    const map = make(clock);
    for (let i = 0; i < 100_000; i++) map.set(i, i, i % 1000 ? 10 : 1e6);
    clock.time += 10;
    let steps = 0;
    let found = 0;
    let cursor = 0;
    do {
      const [next, keys] = map.scan(cursor, 10);
      cursor = next;
      found += keys.length;
      steps++;
    } while (cursor !== 0);
    assertEquals(found, 100);
    assertLessOrEqual(steps, 50);
  });

  it("draws each key as often as the others, in a store with gaps", () => {
    const clock = new ManualClock();
    const map = make(clock);
    for (let i = 0; i < 9000; i++) map.set(i, i, i % 1000 === 999 ? 1e6 : 10);
    clock.time += 10;
    const drawn = new Map<number, number>();
    for (let i = 0; i < 9000; i++) {
      const key = map.sampleKey()!;
      drawn.set(key, (drawn.get(key) ?? 0) + 1);
    }
    assertEquals(drawn.size, 9);
    // 1000 on average; 6 times the standard deviation is 180.
    for (const count of drawn.values()) {
      assertLessOrEqual(Math.abs(count - 1000), 180);
    }
  });

  it("draws each as often in a store whose last chunk is nearly empty, too", () => {
    const map = make(new ManualClock());
    for (let i = 0; i < CHUNK_SIZE + 4; i++) map.set(i, i);
    for (let i = 4; i < CHUNK_SIZE; i++) map.delete(i);
    const drawn = new Map<number, number>();
    for (let i = 0; i < 8000; i++) {
      const key = map.sampleKey()!;
      drawn.set(key, (drawn.get(key) ?? 0) + 1);
    }
    assertEquals(drawn.size, 8);
    for (const count of drawn.values()) {
      assertLessOrEqual(Math.abs(count - 1000), 180);
    }
    for (let i = 0; i < CHUNK_SIZE + 4; i++) map.delete(i);
    assertEquals(map.sampleKey(), undefined);
  });

  it("counts without removing anything", () => {
    const clock = new ManualClock();
    const map = make(clock);
    for (let i = 0; i < 10_000; i++) map.set(i, i, i % 3 ? 10 : Infinity);
    clock.time += 10;
    assertEquals(map.count(), 3334);
    assertEquals(map.expired, 0);
    assertEquals(map.sweep(), 6666);
  });
});
