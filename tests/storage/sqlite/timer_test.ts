/** The timer of a file: there is none while nothing can expire and nothing is to be kept up. */
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assert, assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { LineLogger } from "../_support.ts";
import { Folder } from "./_support.ts";

const DAY = 86_400;

/** Runs every timer that there is, as a test runner's `runAllTimers` does. Returns how many. */
function runAll(time: FakeTime): number {
  let fired = 0;
  while (time.next()) {
    fired++;
    assertLess(fired, 1000);
  }
  return fired;
}

describe("the timer of a file", () => {
  for (const name of ["state.db", ":memory:"]) {
    it(`ends when nothing can expire: ${name}`, () => {
      using folder = new Folder();
      using time = new FakeTime();
      using storage = new SqliteStorage(
        name === ":memory:" ? name : folder.file(name),
        { timeoutHours: 3 },
      );
      runAll(time);
      assertEquals(time.next(), false);
      storage.set("a", "1");
      storage.setex("b", 30 * DAY, "2");
      storage.setex("c", 1000 * DAY, "3");
      storage.setex("c", 60, "4");
      storage.expire("c", 400 * DAY);
      assertEquals(storage.dbsize(), 3);
      const start = Date.now();
      runAll(time);
      // It has waited for the last of them, and swept.
      assertLess(start + 400 * DAY * 1000, Date.now());
      assertEquals(storage.keys("*"), ["a"]);
    });
  }

  it("is set again by the next call", () => {
    using folder = new Folder();
    using time = new FakeTime();
    const logger = new LineLogger();
    using storage = new SqliteStorage(folder.file(), { logger });
    runAll(time);
    storage.setex("a", 10, "1");
    assertLess(0, runAll(time));
    assert(logger.lines.some(([, line]) => line === "Swept 1 expired key"));
    // Another process may have written: a read is enough.
    storage.get("a");
    assertLess(0, runAll(time));
  });
});
