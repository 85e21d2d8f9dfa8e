import { InMemoryStorage, StorageError, update } from "@mayfly/store";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { WatchedTimers } from "../store/_support.ts";
import { LineLogger } from "./_support.ts";

const STORAGES = {
  InMemoryStorage: () => new InMemoryStorage({ timeoutHours: 1 }),
  "InMemoryStorage with a log": () =>
    new InMemoryStorage({ timeoutHours: 1, logger: new LineLogger() }),
  SqliteStorage: () => new SqliteStorage(":memory:", { timeoutHours: 1 }),
};

function assertClosed(call: () => unknown): void {
  assertEquals(assertThrows(call, StorageError).code, "closed");
}

for (const [name, make] of Object.entries(STORAGES)) {
  describe(`a closed ${name}`, () => {
    for (const way of ["close", Symbol.dispose] as const) {
      it(`has no timer and refuses each command, when closed by ${String(way)}`, async () => {
        using timers = new WatchedTimers();
        const storage = make();
        storage.setex("a", 10, "1");
        for (let i = 0; i < 2; i++) assertEquals(storage[way](), undefined);
        assertEquals(storage.shutdown(), undefined);
        assertEquals(timers.active, 0);
        for (
          const command of [
            () => storage.get("a"),
            () => storage.set("a", "2"),
            () => storage.setex("a", 10, "2"),
            () => storage.setWithTtl("a", 10, "2"),
            () => storage.setrange("a", 0, ""),
            () => storage.incr("a"),
            () => storage.del("a"),
            () => storage.ttl("a"),
            () => storage.expire("a", 10),
            () => storage.keys("*"),
            () => storage.scan(0),
            () => storage.dbsize(),
            () => storage.randomkey(),
            () => storage.flushall(),
            () => storage.batch(() => 1),
          ]
        ) assertClosed(command);
        const error = await assertRejects(
          () => update(storage, "a", (value) => value),
          StorageError,
        );
        assertEquals(error.code, "closed");
      });
    }

    it("can be closed by shutdown and close in any order", () => {
      const storage = make();
      storage.shutdown();
      storage.close();
      assertClosed(() => storage.get("a"));
    });

    it("refuses the batch that closed it", () => {
      const storage = make();
      assertClosed(() => storage.batch(() => storage.close()));
      assertClosed(() => storage.get("a"));
    });
  });
}
