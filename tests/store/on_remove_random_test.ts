import {
  type EvictionPolicy,
  ExpiringStore,
  StoreFullError,
} from "@mayfly/store";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { WatchedTimers } from "./_support.ts";

type Store = ExpiringStore<number, number>;

const NAMES = [
  ...["set", "set", "set", "mortal", "mortal", "past", "keep", "get", "touch"],
  ...["delete", "delete", "clear", "sweep", "size", "iterate", "insert"],
] as const;

interface Act {
  name: typeof NAMES[number];
  key: number;
  ttl: number;
}

function act(store: Store, { name, key, ttl }: Act): void {
  switch (name) {
    case "set":
      return void store.set(key, ttl);
    case "mortal":
      return void store.set(key, ttl, ttl);
    case "past":
      return void store.set(key, ttl, { expiresAt: 0 });
    case "keep":
      return void store.set(key, ttl, { keepTtl: true });
    case "get":
      return void store.get(key);
    case "touch":
      return void store.touch(key, ttl);
    case "delete":
      return void store.delete(key);
    case "clear":
      return store.clear();
    case "sweep":
      return void store.sweep();
    case "size":
      return void store.size;
    case "iterate":
      return void [...store];
    case "insert":
      return void store.getOrInsertComputed(key, () => ttl);
  }
}

/** All ways of looking at the store agree, and show nothing that is due. */
function assertConsistent(store: Store): void {
  const entries = [...store];
  assertEquals(store.size, entries.length);
  assertEquals(store.stats().entries, entries.length);
  assertEquals(new Set(entries.map(([key]) => key)).size, entries.length);
  for (const [key, value] of entries) {
    assertEquals(store.peek(key), value);
    assert(store.expiresAt(key)! > Date.now());
  }
}

describe("an onRemove that does random things to the store", () => {
  const one = fc.record({
    name: fc.constantFrom(...NAMES),
    key: fc.nat({ max: 12 }),
    ttl: fc.integer({ min: 1, max: 300 }),
  });
  const options = fc.record({
    maxEntries: fc.constantFrom(Infinity, 1, 4, 8),
    maxWeight: fc.constantFrom(Infinity, 500),
    eviction: fc.constantFrom<EvictionPolicy>("lru", "soonest", "reject"),
    sliding: fc.boolean(),
    ttl: fc.constantFrom(Infinity, 50),
    maxAge: fc.constantFrom(Infinity, 120),
  });

  it("leaves it consistent, with nothing that is due and no timer in the end", () => {
    const property = fc.property(
      options,
      fc.array(fc.tuple(one, fc.nat({ max: 60 })), { maxLength: 60 }),
      fc.array(one, { maxLength: 60 }),
      (options, steps, deeds) => {
        using time = new FakeTime(0);
        using timers = new WatchedTimers();
        let deed = 0;
        let looking = false;
        let removed = 0;
        const errors: unknown[] = [];
        using store: Store = new ExpiringStore<number, number>({
          ...options,
          weigh: (value) => value,
          sweepInterval: 20,
          onError: (error) => errors.push(error),
          onRemove() {
            removed++;
            // Not for ever: each deed once.
            if (!looking && deed < deeds.length) act(store, deeds[deed++]);
          },
        });
        for (const [step, ms] of steps) {
          try {
            act(store, step);
          } catch (error) {
            assert(error instanceof StoreFullError, String(error));
          }
          time.tick(ms);
          looking = true;
          assertConsistent(store);
          assert(store.size <= options.maxEntries);
          looking = false;
        }
        for (const error of errors) assert(error instanceof StoreFullError);
        assert(removed >= store.stats().expired + store.stats().evicted);
        time.tick(60 * 400);
        for (const key of store.keys()) {
          assertEquals(store.expiresAt(key), Infinity);
        }
        assertEquals(timers.active, 0);
        store.clear();
        // What the callback set while it was cleared stays, and can be cleared, too.
        for (let i = 0; store.size > 0 && i < 100; i++) store.clear();
        assertEquals(store.size, 0);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});
