/**
 * Two and three owners step by step: each command of the backend is one step, and fast-check picks
 * who takes the next one.
 */

import { InMemoryStorage, type StorageBackend } from "@mayfly/store";
import { Cache } from "@mayfly/store/cache";
import { type Lease, Leases } from "@mayfly/store/lease";
import { Once } from "@mayfly/store/once";
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

/** Clients of one server, whose commands `scheduler` lets through. */
function clientsOf(
  scheduler: fc.Scheduler,
  storage: InMemoryStorage,
  count: number,
): StorageBackend[] {
  return Array.from({ length: count }, (_, i) =>
    connect(storage, {
      before: (command) =>
        scheduler.schedule(Promise.resolve(), `${i} ${command}`),
    }));
}

/** Owners of one key, each with a client of its own. */
function ownersOf(...args: Parameters<typeof clientsOf>): Leases[] {
  return clientsOf(...args)
    .map((storage) => new Leases({ storage, ttl: TTL }));
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

describe("effects in every order of steps", () => {
  for (const failures of [0, 1]) {
    it(`are done once, after ${failures} that failed`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), async (scheduler) => {
          using storage = new InMemoryStorage();
          let [runs, done] = [0, 0];
          const effect = async () => {
            await scheduler.schedule(Promise.resolve(), "work");
            if (runs++ < failures) throw new Error("nothing was done");
            return ++done;
          };
          const all = clientsOf(scheduler, storage, 3).map((storage) =>
            // Short pauses.
            new Once<number>("o", { storage, lease: 2000 }).run("k", effect)
          );
          const results = await scheduler.waitFor(Promise.allSettled(all));
          const answers = results.map((result) =>
            result.status === "fulfilled" ? result.value : 0
          );
          const expected = [1, 1, failures === 0 ? 1 : 0];
          assertEquals(answers.sort().reverse(), expected);
        }),
        { numRuns: RUNS / 10 },
      );
    });
  }
});

describe("a cache in every order of steps", () => {
  const actions = {
    set: (cache: Cache<number>) => cache.set("k", 42),
    delete: (cache: Cache<number>) => cache.delete("k"),
  };
  for (const [name, action] of Object.entries(actions)) {
    for (const staleIfError of [0, TTL]) {
      it(`keeps nothing that was loaded before a ${name}, stale for ${staleIfError} ms`, async () => {
        await fc.assert(
          fc.asyncProperty(fc.scheduler(), async (scheduler) => {
            let time = 0;
            const storage = new InMemoryStorage({ now: () => time });
            // What the origin has: it changes before the action.
            let origin = 1;
            const load = async () => {
              const value = origin;
              await scheduler.schedule(Promise.resolve(), "load");
              return value;
            };
            const caches = clientsOf(scheduler, storage, 3).map((storage) =>
              new Cache<number>("c", { storage, ttl: TTL, staleIfError })
            );
            const loading = [0, 1].map((i) => caches[i]!.get("k", load));
            const acting = scheduler.schedule(Promise.resolve(), name)
              .then<unknown>(() => {
                origin = 42;
                return action(caches[2]!);
              });
            await scheduler.waitFor(acting);
            const after = caches[0]!.get("k", load);
            assertEquals(await scheduler.waitFor(after), 42);
            await scheduler.waitFor(Promise.all(loading));
            const later = caches[1]!.get("k", load);
            assertEquals(await scheduler.waitFor(later), 42);
            // Nor as a stale value.
            time += TTL;
            const failing = () => {
              throw new Error("no origin");
            };
            const stale = caches[1]!.get("k", failing).catch(() => 42);
            assertEquals(await scheduler.waitFor(stale), 42);
            storage.close();
          }),
          { numRuns: RUNS / 10 },
        );
      });
    }
  }
});

/** By its owner's clock, before a timer says so. */
function isHeld(lease: Lease): boolean {
  return (lease as Lease & { isHeld: boolean }).isHeld;
}

function assertSorted(fences: number[]): void {
  const sorted = [...new Set(fences)].sort((a, b) => a - b);
  assertEquals(fences, sorted);
}
