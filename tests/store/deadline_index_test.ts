import { ExpiringStore } from "@mayfly/store";
import { assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DeadlineIndex } from "../../src/store/_deadline_index.ts";
import {
  CHUNK_SIZE,
  EntryTable,
  NO_SLOT,
  PLACE,
} from "../../src/store/_entry_table.ts";
import { ManualClock } from "./_support.ts";

/** An index of its own, over entries that have nothing but deadlines. */
class Indexed {
  readonly table = new EntryTable<string, number>([]);
  readonly index = new DeadlineIndex(this.table);

  add(deadline: number): number {
    const slot = this.table.allocate();
    this.move(slot, deadline);
    return slot;
  }

  move(slot: number, deadline: number): void {
    this.table.chunks[slot >>> 12].deadlines[slot & PLACE] = deadline;
    if (deadline < Infinity) this.index.file(slot, deadline);
  }

  remove(slot: number): void {
    const emptied = this.table.release(slot);
    if (emptied === NO_SLOT) return;
    this.table.drop(emptied);
    this.index.first();
  }

  /** Takes out all that is due; returns their deadlines and how many looks it took. */
  drain(now: number): { due: number[]; looks: number } {
    const due: number[] = [];
    let looks = 0;
    for (let slot; (slot = this.index.inspect(now)) !== NO_SLOT; looks++) {
      due.push(this.table.chunks[slot >>> 12].deadlines[slot & PLACE]);
      this.remove(slot);
    }
    return { due, looks };
  }
}

describe("DeadlineIndex", () => {
  it("looks at no chunk in which nothing is due", () => {
    const indexed = new Indexed();
    for (let i = 0; i < 5 * CHUNK_SIZE; i++) indexed.add(10_000_000 + i);
    for (let i = 0; i < 100; i++) indexed.add(1000 + i);
    assertEquals(indexed.drain(999), { due: [], looks: 0 });
    const { due, looks } = indexed.drain(1099);
    assertEquals(due.length, 100);
    assertLessOrEqual(looks, 102);
    assertEquals(indexed.drain(5_000_000), { due: [], looks: 0 });
  });

  it("finds each at its deadline and not before, whatever moved and went", () => {
    let seed = 42;
    const random = (below: number) => {
      seed = seed * 48271 % 2147483647;
      return seed % below;
    };
    const indexed = new Indexed();
    const deadlines = new Map<number, number>();
    let now = 0;
    for (let round = 0; round < 300; round++) {
      for (let i = 0; i < 60; i++) {
        const deadline = now + 1 + random(1000);
        deadlines.set(indexed.add(deadline), deadline);
      }
      for (const slot of deadlines.keys()) {
        if (random(10) > 0) continue;
        if (random(3) === 0) {
          indexed.remove(slot);
          deadlines.delete(slot);
          continue;
        }
        const deadline = random(5) === 0 ? Infinity : now + 1 + random(1500);
        indexed.move(slot, deadline);
        deadlines.set(slot, deadline);
      }
      now += random(40);
      const expected: number[] = [];
      for (const [slot, deadline] of deadlines) {
        if (deadline > now) continue;
        expected.push(deadline);
        deadlines.delete(slot);
      }
      assertEquals(indexed.index.count(now), expected.length);
      assertEquals(
        indexed.drain(now).due.sort((a, b) => a - b),
        expected.sort((a, b) => a - b),
      );
      const next = Math.min(...deadlines.values());
      assertLessOrEqual(indexed.index.earliest, next);
    }
  });

  it("has the true bound of what it looked through", () => {
    const indexed = new Indexed();
    const slot = indexed.add(1000);
    indexed.add(5000);
    indexed.move(slot, 9000);
    assertEquals(indexed.index.earliest, 1000);
    assertEquals(indexed.drain(1000).due, []);
    assertEquals(indexed.index.earliest, 5000);
    indexed.move(slot, Infinity);
    indexed.drain(6000);
    assertEquals(indexed.index.earliest, Infinity);
  });

  it("takes what never expires for never due, even at the end of time", () => {
    const indexed = new Indexed();
    indexed.move(indexed.add(1000), Infinity);
    assertEquals(indexed.index.count(Infinity), 0);
    assertEquals(indexed.drain(Infinity).due, []);
    assertEquals(indexed.drain(NaN), { due: [], looks: 0 });
  });

  it("finds what was due from the beginning", () => {
    const indexed = new Indexed();
    indexed.add(-Infinity);
    assertEquals(indexed.index.count(-Infinity), 1);
    assertEquals(indexed.drain(-Infinity).due, [-Infinity]);
  });
});

describe("an ExpiringStore that nobody swept for long", () => {
  it("is rid of very many different deadlines in no time", () => {
    const clock = new ManualClock(0);
    using store = new ExpiringStore<number, number>({
      now: clock.now,
      sweepInterval: Infinity,
    });
    // To look through all that are left for the next one, each time, would take a minute.
    for (let i = 0; i < 100_000; i++) {
      clock.time = i * 4;
      store.set(i, i, 60);
    }
    clock.time += 60;
    const start = performance.now();
    assertEquals(store.sweep(), 100_000);
    assertLess(performance.now() - start, 20_000);
  });
});
