import { assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  CHUNK_SIZE,
  EntryTable,
  NO_SLOT,
} from "../../src/store/_entry_table.ts";
import { Trial } from "./_model.ts";
import type { Life, TrialOptions } from "./_model_parts.ts";
import { ManualClock } from "./_support.ts";

/** A sequence of its own for each seed. */
function randomly(seed: number): (below: number) => number {
  return (below) => {
    seed = seed * 48271 % 2147483647;
    return seed % below;
  };
}

const VARIANTS: Record<string, Partial<TrialOptions>> = {
  "no bounds": {},
  "sliding and a maxAge": { ttl: 5000, sliding: true, maxAge: 20_000 },
  "LRU eviction": {
    ttl: 5000,
    maxEntries: 3 * CHUNK_SIZE + 900,
    eviction: "lru",
  },
};

describe("a store of more than three chunks", () => {
  for (const [name, options] of Object.entries(VARIANTS)) {
    it(`is as a naive model while chunks are freed and used again, with ${name}`, () => {
      const random = randomly(42);
      const clock = new ManualClock();
      const trial = new Trial({
        told: true,
        now: clock.now,
        sweepInterval: Infinity,
        ...options,
      });
      using _store = trial.store;
      let value = 0;
      const lives: (() => Life)[] = [
        () => undefined,
        () => random(10_000) + 1,
        () => ({ expiresAt: clock.time + random(5000) }),
        () => ({ keepTtl: true }),
      ];
      const keys = 3 * CHUNK_SIZE + 1000;
      for (let round = 0; round < 2; round++) {
        for (let key = 0; key < keys; key++) {
          trial.set(key, value++, lives[random(lives.length)]());
        }
        trial.look();
        // One chunk after the other loses most of its entries, then all.
        for (let i = 0; i < 2 * keys; i++) {
          const key = random(keys);
          if (key % 100 === 0) trial.touch(key, random(10_000) + 1);
          else if (key % 7 === 0) trial.get(key);
          else trial.delete(key);
          if (i % 100 === 0) clock.time += 1;
        }
        trial.look();
        clock.time += 3000;
        trial.sweep();
        trial.look();
        if (round === 0) clock.time += 100_000;
      }
      trial.look();
      trial.clear();
      trial.look();
    });
  }
});

describe("a store whose chunks are emptied by deleting", () => {
  it("forgets what was filed of them, and nothing else", () => {
    const clock = new ManualClock(0);
    const trial = new Trial({
      told: true,
      now: clock.now,
      sweepInterval: Infinity,
      ttl: 1000,
    });
    using store = trial.store;
    const keys = 5 * CHUNK_SIZE;
    for (let key = 0; key < keys; key++) trial.set(key, key, undefined);
    // All in one bucket, one of each hundred of the last chunk lives on.
    for (let key = 0; key < keys; key++) {
      if (key < 4 * CHUNK_SIZE || key % 100) trial.delete(key);
    }
    trial.look();
    for (let key = 0; key < CHUNK_SIZE + 10; key++) trial.set(key, key, 1500);
    clock.time = 1000;
    trial.sweep();
    trial.look();
    assertEquals(store.size, CHUNK_SIZE + 10);
    for (let key = 0; key < 3 * CHUNK_SIZE; key++) trial.set(key, -key, 200);
    clock.time = 1200;
    trial.sweep();
    trial.look();
    assertEquals(store.size, 0);
  });
});

describe("EntryTable", () => {
  function makeTable(): EntryTable<number, number> {
    return new EntryTable<number, number>([
      ...["newer", "older", "visits", "weights"] as const,
    ]);
  }

  it("begins small and grows by chunks", () => {
    const table = makeTable();
    const slots = Array.from({ length: 3 * CHUNK_SIZE }, (_, i) => {
      const slot = table.allocate();
      assertLess(table.capacity, 8 * (i + 1) + 16);
      return slot;
    });
    assertEquals(new Set(slots).size, slots.length);
    assertEquals(table.chunks.at(-1)!.capacity, CHUNK_SIZE);
  });

  it("hands out each free slot again before it grows, and keeps one empty chunk at most", () => {
    const random = randomly(7);
    const table = makeTable();
    const taken: number[] = [];
    const take = () => {
      const slot = table.allocate();
      assertEquals(taken.includes(slot), false);
      taken.push(slot);
    };
    for (let i = 0; i < 4 * CHUNK_SIZE; i++) taken.push(table.allocate());
    const chunks = table.chunks.length;
    let dropped = 0;
    while (taken.length > 10) {
      const i = random(taken.length);
      const [slot] = taken.splice(i, 1, taken.at(-1)!);
      taken.pop();
      const emptied = table.release(slot);
      if (emptied === NO_SLOT) continue;
      table.drop(emptied);
      dropped++;
    }
    assertEquals(
      table.chunks.filter((chunk) => chunk !== undefined).length,
      chunks - dropped,
    );
    for (let i = 0; i < 1000; i++) take();
    while (taken.length > 0) {
      const emptied = table.release(taken.pop()!);
      if (emptied !== NO_SLOT) table.drop(emptied);
    }
    assertEquals(table.chunks.filter((chunk) => chunk !== undefined).length, 1);
    for (let i = 0; i < 5 * CHUNK_SIZE; i++) taken.push(table.allocate());
    assertEquals(new Set(taken).size, taken.length);
    assertLess(table.capacity, 6 * CHUNK_SIZE);
  });

  it("fills the gaps of all chunks before it adds one", () => {
    const table = makeTable();
    const slots: number[] = [];
    do slots.push(table.allocate()); while (
      slots.length < 4 * CHUNK_SIZE || slots.length < table.capacity
    );
    const { capacity } = table;
    const some = slots.filter((_, i) => i % 1000 === 5);
    for (const slot of some) table.release(slot);
    for (const _ of some) table.allocate();
    assertEquals(table.capacity, capacity);
    table.allocate();
    assertLess(capacity, table.capacity);
  });

  it("keeps an empty chunk that was used again in between", () => {
    const table = makeTable();
    for (let round = 0; round < 2; round++) {
      const slot = table.allocate();
      assertEquals(table.release(slot), NO_SLOT);
    }
  });
});
