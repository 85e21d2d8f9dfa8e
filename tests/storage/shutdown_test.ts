import { InMemoryStorage } from "@mayfly/store";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { WatchedTimers } from "../store/_support.ts";

describe("the sweeper of an InMemoryStorage", () => {
  it("has one timer, and none while nothing can expire", () => {
    using _time = new FakeTime(0);
    using timers = new WatchedTimers();
    using storage = new InMemoryStorage({ timeoutHours: 1 });
    assertEquals(timers.active, 0);
    storage.set("a", "1");
    assertEquals(timers.active, 0);
    for (let i = 0; i < 100; i++) storage.setex(`k${i}`, 10 + i, "1");
    assertEquals(timers.active, 1);
    storage.flushall();
    assertEquals(timers.active, 0);
    storage.setex("b", 5, "1");
    storage.persist("b");
    assertEquals(timers.active, 0);
  });

  it("is stopped by shutdown, once or twice; the storage still expires keys on read", () => {
    using time = new FakeTime(0);
    using timers = new WatchedTimers();
    const storage = new InMemoryStorage({ timeoutHours: 1 });
    storage.setex("a", 10, "1");
    storage.set("b", "2");
    assertEquals(timers.active, 1);
    assertEquals(storage.shutdown(), undefined);
    assertEquals(storage.shutdown(), undefined);
    assertEquals(timers.active, 0);
    assertEquals(storage.get("b"), "2");
    assertEquals(storage.setex("c", 20, "3"), "OK");
    assertEquals(timers.active, 0);
    time.tick(10_000);
    assertEquals(storage.get("a"), null);
    assertEquals(storage.get("c"), "3");
    time.tick(10_000);
    assertEquals(storage.dbsize(), 1);
    assertEquals(storage.keys("*"), ["b"]);
  });

  it("is off if sweepInterval is Infinity", () => {
    using _time = new FakeTime(0);
    using timers = new WatchedTimers();
    using storage = new InMemoryStorage({
      timeoutHours: 1,
      sweepInterval: Infinity,
    });
    storage.setex("a", 10, "1");
    assertEquals(timers.active, 0);
  });
});

describe("the clock of an InMemoryStorage", () => {
  it("is Date.now, looked up at each call", () => {
    using storage = new InMemoryStorage({ timeoutHours: 1 });
    using time = new FakeTime(5000);
    storage.setex("a", 10, "1");
    time.tick(9999);
    assertEquals(storage.get("a"), "1");
    time.tick(1);
    assertEquals(storage.get("a"), null);
  });
});
