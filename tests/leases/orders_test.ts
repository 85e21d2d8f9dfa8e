/**
 * Two and three owners step by step: each command of the backend is one step, and fast-check picks
 * who takes the next one.
 */

import { InMemoryStorage } from "@mayfly/store";
import { type Lease, Leases } from "@mayfly/store/lease";
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import process from "node:process";
import { connect } from "./_support.ts";

const RUNS = Number(process.env["MAYFLY_ORDERS"] ?? 300);
const TTL = 60_000;

/** What the owners do with one key. */
class Resource {
  holders = 0;
  readonly fences: number[] = [];

  enter({ fence }: Lease): void {
    this.holders++;
    this.fences.push(fence);
    assertEquals(this.holders, 1, "Two have the lease");
  }

  leave(): void {
    this.holders--;
  }
}

/** Owners of one key, each with a client of its own, whose commands `scheduler` lets through. */
function ownersOf(
  scheduler: fc.Scheduler,
  storage: InMemoryStorage,
  count: number,
): Leases[] {
  return Array.from({ length: count }, (_, i) =>
    new Leases({
      storage: connect(storage, {
        before: (command) =>
          scheduler.schedule(Promise.resolve(), `${i} ${command}`),
      }),
      ttl: TTL,
    }));
}

describe("leases in every order of steps", () => {
  for (const count of [2, 3]) {
    it(`are had by one of ${count} who try once`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), async (scheduler) => {
          using storage = new InMemoryStorage();
          const resource = new Resource();
          let won = 0;
          const all = ownersOf(scheduler, storage, count).map(async (owner) => {
            const lease = await owner.acquire("k", { wait: 0 });
            if (lease === undefined) return;
            won++;
            resource.enter(lease);
            await scheduler.schedule(Promise.resolve(), "work");
            resource.leave();
            assert(await lease.release());
          });
          await scheduler.waitFor(Promise.all(all));
          assert(won >= 1, "None got it");
          assertSorted(resource.fences);
          assertEquals(storage.dbsize(), 1);
        }),
        { numRuns: RUNS },
      );
    });

    it(`come to each of ${count} who wait, with growing fences`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), async (scheduler) => {
          using storage = new InMemoryStorage();
          const resource = new Resource();
          const all = ownersOf(scheduler, storage, count).map(async (owner) => {
            const lease = await owner.acquire("k", { ttl: 30_000 });
            resource.enter(lease!);
            await scheduler.schedule(Promise.resolve(), "work");
            resource.leave();
            assert(await lease!.release());
          });
          await scheduler.waitFor(Promise.all(all));
          assertEquals(resource.fences.length, count);
          assertSorted(resource.fences);
        }),
        { numRuns: RUNS / 10 },
      );
    });
  }

  it("have one holder, whenever their time is over", async () => {
    const { now } = performance;
    let passed = 0;
    try {
      performance.now = () => now.call(performance) + passed;
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), async (scheduler) => {
          const storage = new InMemoryStorage({ now: () => performance.now() });
          const holding = new Set<Lease>();
          const fences: number[] = [];
          const all = ownersOf(scheduler, storage, 3).map(async (owner) => {
            const lease = await owner.acquire("k", { wait: 0 });
            if (lease === undefined) return;
            holding.add(lease);
            assert([...holding].filter(isHeld).length <= 1, "Two have it");
            if (isHeld(lease)) fences.push(lease.fence);
            await scheduler.schedule(Promise.resolve(), "work");
            holding.delete(lease);
            const isLate = !isHeld(lease);
            assert(!(await lease.release() && isLate));
          });
          const passing = [0, 1].map((i) =>
            scheduler.schedule(Promise.resolve(), `time ${i}`)
              .then(() => passed += TTL)
          );
          await scheduler.waitFor(Promise.all([...all, ...passing]));
          assertSorted(fences);
          storage.close();
        }),
        { numRuns: RUNS },
      );
    } finally {
      performance.now = now;
    }
  });
});

/** By its owner's clock, before a timer says so. */
function isHeld(lease: Lease): boolean {
  return (lease as Lease & { isHeld: boolean }).isHeld;
}

function assertSorted(fences: number[]): void {
  const sorted = [...new Set(fences)].sort((a, b) => a - b);
  assertEquals(fences, sorted);
}
