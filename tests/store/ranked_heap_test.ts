import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { NO_SLOT } from "../../src/store/_entry_table.ts";
import { RankedHeap } from "../../src/store/_heap.ts";

class Heap extends RankedHeap {
  readonly times: number[] = [];
  readonly ranks: number[] = [];

  protected override timeOf(id: number): number {
    return this.times[id];
  }

  protected override rankOf(id: number): number {
    return this.ranks[id];
  }

  protected override setRank(id: number, rank: number): void {
    this.ranks[id] = rank;
  }
}

describe("RankedHeap", () => {
  it("has the least time first, whatever comes, goes and moves", () => {
    const step = fc.record({
      id: fc.nat({ max: 30 }),
      time: fc.oneof(fc.nat({ max: 50 }), fc.constant(Infinity)),
      goes: fc.boolean(),
    });
    const property = fc.property(
      fc.array(step, { maxLength: 120, size: "max" }),
      (steps) => {
        const heap = new Heap();
        const present = new Set<number>();
        for (const { id, time, goes } of steps) {
          if (!present.has(id)) {
            heap.times[id] = time;
            heap.add(id);
            present.add(id);
          } else if (goes) {
            heap.remove(id);
            present.delete(id);
          } else {
            heap.times[id] = time;
            heap.move(id);
          }
          const { first } = heap;
          assertEquals(first === NO_SLOT, present.size === 0);
          if (first === NO_SLOT) continue;
          assertEquals(present.has(first), true);
          const least = Math.min(...[...present].map((id) => heap.times[id]));
          assertEquals(heap.times[first], least);
        }
        const drained: number[] = [];
        while (heap.first !== NO_SLOT) {
          drained.push(heap.times[heap.first]);
          heap.remove(heap.first);
        }
        const expected = [...present].map((id) => heap.times[id]);
        assertEquals(drained, expected.sort((a, b) => a === b ? 0 : a - b));
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});
