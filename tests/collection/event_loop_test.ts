import { InMemoryStorage } from "@mayfly/store";
import { Collection } from "@mayfly/store/collection";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assert } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

const ENTRIES = 20_000;

/** Runs something long, and asserts that a timer fired meanwhile. */
async function assertLetsTimersFire(run: () => Promise<unknown>) {
  let fired = false;
  const timer = setTimeout(() => fired = true, 0);
  await run();
  clearTimeout(timer);
  assert(fired);
}

describe("A long listing of a collection", () => {
  const storages = {
    memory: () => new InMemoryStorage(),
    "a file": () => new SqliteStorage(":memory:"),
  };
  for (const [where, open] of Object.entries(storages)) {
    it(`lets the event loop run, in ${where}`, async () => {
      using storage = open();
      const values = new Collection<string>("v", { storage });
      const large = JSON.stringify("x".repeat(1000));
      storage.batch(() => {
        for (let i = 0; i < ENTRIES; i++) storage.set(`v:${i}`, large);
      });
      await assertLetsTimersFire(() => Array.fromAsync(values.keys()));
      await assertLetsTimersFire(() => Array.fromAsync(values.entries()));
      await assertLetsTimersFire(() => values.clear());
      assert(storage.dbsize() === 0);
    });
  }
});
