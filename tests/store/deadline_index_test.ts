import { ExpiringStore } from "@mayfly/store";
import { assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DeadlineIndex } from "../../src/store/_deadline_index.ts";
import { EntryTable, NONE, PLACE } from "../../src/store/_entry_table.ts";
import { ManualClock } from "./_support.ts";

/** An index of its own, over entries that have nothing but deadlines. */
function makeIndex(): {
  table: EntryTable<string, number>;
  index: DeadlineIndex<string, number>;
  add(deadline: number, now: number): number;
} {
  const table = new EntryTable<string, number>({
    limits: false,
    recency: false,
    ranks: false,
    weights: false,
  });
  const index = new DeadlineIndex(table);
  return {
    table,
    index,
    add(deadline, now) {
      const slot = table.allocate();
      table.chunks[slot >>> 12].deadlines[slot & PLACE] = deadline;
      index.file(slot, deadline, now);
      return slot;
    },
  };
}

/** Takes out all that is due; returns how many slots were looked at and found due. */
function drain(
  index: DeadlineIndex<string, number>,
  now: number,
): { inspected: number; due: number } {
  let inspected = 0;
  let due = 0;
  for (let slot; (slot = index.inspect(now)) !== NONE; inspected++) {
    if (slot >= 0) due++;
  }
  return { inspected, due };
}

describe("DeadlineIndex", () => {
  it("looks at nothing that is not due nearly", () => {
    const { index, add } = makeIndex();
    for (let i = 0; i < 5000; i++) add(10_000_000 + i, 0);
    for (let i = 0; i < 100; i++) add(1000 + i, 0);
    assertEquals(drain(index, 1100), { inspected: 100, due: 100 });
    assertEquals(drain(index, 5_000_000), { inspected: 0, due: 0 });
  });

  it("looks at an entry a few times in its life, not once for each bit of it", () => {
    const { index, add } = makeIndex();
    const deadline = 86_400_000;
    add(deadline, 0);
    let inspected = 0;
    let due = 0;
    while (index.earliest < Infinity) {
      const seen = drain(index, index.earliest);
      inspected += seen.inspected;
      due += seen.due;
    }
    assertEquals(due, 1);
    assertLess(inspected, 10);
  });

  it("never files an entry later than its deadline", () => {
    for (const now of [0, 1, 1.5, -1e6, 1.7e12]) {
      for (let distance = 0.25; distance < 1e13; distance *= 1.7) {
        const { index, add } = makeIndex();
        add(now + distance, now);
        assertLessOrEqual(index.earliest, now + distance);
        assertEquals(drain(index, now + distance).due, 1, `${now} ${distance}`);
      }
    }
  });

  it("closes a bucket with its last slot", () => {
    const { index, table, add } = makeIndex();
    const slot = add(1000, 0);
    for (let deadline = 999; deadline > 500; deadline--) {
      table.chunks[0].deadlines[slot] = deadline;
      index.file(slot, deadline, 0);
    }
    index.unfile(slot);
    assertEquals(index.earliest, Infinity);
    assertEquals(drain(index, Infinity), { inspected: 0, due: 0 });
  });

  it("finds the buckets in the order of their times, however they were opened", () => {
    const { index, add } = makeIndex();
    const deadlines = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1009);
    const kept: number[] = [];
    deadlines.forEach((deadline, i) => {
      const slot = add(deadline + 1, deadline + 0.5);
      if (i % 3 === 0) index.unfile(slot);
      else kept.push(deadline + 1);
    });
    kept.sort((a, b) => a - b);
    for (const deadline of kept) {
      assertEquals(index.earliest, deadline);
      assertEquals(drain(index, deadline), { inspected: 1, due: 1 });
    }
  });
});

describe("an ExpiringStore that nobody swept for long", () => {
  it("is rid of very many different deadlines in no time", () => {
    const clock = new ManualClock(0);
    using store = new ExpiringStore<number, number>({
      now: clock.now,
      sweepInterval: Infinity,
    });
    // Each of these is in a bucket of its own. To look through all that are left for
    // the next one, each time, would take a minute.
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
