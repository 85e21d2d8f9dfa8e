import { InMemoryStorage } from "@mayfly/store";
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { LineLogger } from "./_support.ts";

describe("the log of an InMemoryStorage", () => {
  it("has a line at start, and debug lines for keys that are stored, read, expired and swept", () => {
    using time = new FakeTime(0);
    const logger = new LineLogger();
    using storage = new InMemoryStorage({
      timeoutHours: 3,
      sweepInterval: 100,
      logger,
    });
    const [[level, line], ...rest] = logger.take();
    assertEquals([level, rest], ["info", []]);
    assertMatch(line, /3 h/);

    storage.setWithTtl("thread:1", 2.5, "secret");
    storage.setex("thread:2", 3, "secret");
    storage.set("thread:3", "secret");
    assertEquals(logger.take(), [
      ["debug", "Stored key thread:1 with TTL 2.5s"],
      ["debug", "Stored key thread:2 with TTL 3s"],
      ["debug", "Stored key thread:3"],
    ]);
    assertEquals(storage.get("thread:1"), "secret");
    assertEquals(storage.get("thread:9"), null);
    assertEquals(logger.take(), [["debug", "Retrieved key thread:1"]]);
    time.tick(2600);
    assertEquals(logger.take(), [
      ["debug", "Key thread:1 expired"],
      ["debug", "Swept 1 expired key"],
    ]);
    storage.shutdown();
    time.tick(1000);
    assertEquals(storage.get("thread:2"), null);
    assertEquals(logger.take(), [["debug", "Key thread:2 expired"]]);
    storage.del("thread:3");
    storage.set("thread:4", "a");
    storage.set("thread:4", "b");
    assertEquals(
      logger.take().filter(([, line]) => /expired|evicted/.test(line)),
      [],
    );
  });

  it("has a line for each evicted key", () => {
    const logger = new LineLogger();
    using storage = new InMemoryStorage({ logger, maxEntries: 1 });
    storage.set("a", "1");
    logger.take();
    storage.set("b", "2");
    assertEquals(logger.take().map(([, line]) => line), [
      "Key a evicted",
      "Stored key b",
    ]);
  });

  it("never shows a value", () => {
    using time = new FakeTime(0);
    const logger = new LineLogger();
    using storage = new InMemoryStorage({
      logger,
      sweepInterval: 10,
      maxEntries: 6,
    });
    const commands = [
      () => storage.setWithTtl("a", 1, "SECRET"),
      () => storage.setex("a", 1, "SECRET"),
      () => storage.set("b", "SECRET"),
      () => storage.append("b", "SECRET"),
      () => storage.getset("b", "SECRET"),
      () => storage.mset("c", "SECRET", "d", "SECRET"),
      () => storage.incr("b"),
      () => storage.incrbyfloat("b", "1"),
      () => storage.setrange("b", 1, "SECRET"),
      () => storage.getrange("b", 0, -1),
      () => storage.mget("a", "b"),
      () => storage.rename("c", "e"),
      () => storage.copy("b", "f"),
      () => storage.getdel("e"),
      () => storage.setex("a", 0, "SECRET"),
      () => storage.setWithTtl("a", -1, "SECRET"),
      () => storage.setWithTtl({} as never, 1, "SECRET"),
      () => storage.keys("*"),
      () => storage.scan(0),
    ];
    for (const command of commands) {
      try {
        command();
      } catch (error) {
        assertEquals(String(error).includes("SECRET"), false);
      }
    }
    for (let i = 0; i < 10; i++) storage.setex(`k${i}`, 1, "SECRET");
    time.tick(5000);
    storage.flushall();
    for (const [, line] of logger.take()) {
      assertEquals(line.includes("SECRET"), false, line);
    }
  });

  it("calls the logger's methods, with one line of text", () => {
    const calls: unknown[][] = [];
    const logger = {
      debug(...args: unknown[]) {
        calls.push([this === logger, args.length, typeof args[0]]);
      },
      info(...args: unknown[]) {
        calls.push([this === logger, args.length, typeof args[0]]);
      },
      warn() {},
      error() {},
    };
    using storage = new InMemoryStorage({ logger });
    storage.set("a", "1");
    storage.get("a");
    assertEquals(calls, [
      [true, 1, "string"],
      [true, 1, "string"],
      [true, 1, "string"],
    ]);
  });

  it("may be the console", () => {
    const { debug, info } = console;
    const lines: unknown[] = [];
    console.debug = (line) => void lines.push(line);
    console.info = (line) => void lines.push(line);
    try {
      using storage = new InMemoryStorage({ logger: console });
      storage.set("a", "1");
    } finally {
      Object.assign(console, { debug, info });
    }
    assertEquals(lines.length, 2);
  });

  it("is off by default", () => {
    const names = ["debug", "info", "log", "warn", "error"] as const;
    const before = names.map((name) => console[name]);
    let printed = 0;
    for (const name of names) console[name] = () => void printed++;
    try {
      using time = new FakeTime(0);
      using storage = new InMemoryStorage({ timeoutHours: 1 });
      storage.setex("a", 1, "1");
      storage.get("a");
      time.tick(10_000_000);
      storage.get("a");
      assertThrows(() => storage.setWithTtl("a", -1, "1"));
    } finally {
      names.forEach((name, i) => console[name] = before[i]);
    }
    assertEquals(printed, 0);
  });

  it("shows the given TTL, even if the clock changes meanwhile", () => {
    let time = 1000;
    const logger = new LineLogger();
    using storage = new InMemoryStorage({ logger, now: () => time += 0.75 });
    logger.take();
    storage.setex("a", 60, "1");
    storage.setex("a", "60", "1");
    storage.set("a", "1", "EX", "60");
    storage.setWithTtl("a", 60, "1");
    for (const [, line] of logger.take()) {
      assertEquals(line, "Stored key a with TTL 60s");
    }
  });

  it("shows keys on one line, without control characters", () => {
    using time = new FakeTime(0);
    const logger = new LineLogger();
    using storage = new InMemoryStorage({
      logger,
      maxEntries: 1,
      sweepInterval: 10,
    });
    logger.take();
    const key = "a\n[info] b\r\x1b[31m\u009b\0\u2028\u202e";
    storage.setex(key, 1, "1");
    storage.get(key);
    storage.set("evicts", "1");
    storage.setex(key, 1, "1");
    time.tick(2000);
    const lines = logger.take().map(([, line]) => line);
    assertEquals(lines.filter((line) => line.startsWith("Key a")).length, 2);
    for (const line of lines) {
      assertEquals(/[\p{Cc}\u2028\u202e]/u.test(line), false, line);
    }
  });

  it("has no line for a value with a deadline in the past", () => {
    const logger = new LineLogger();
    using storage = new InMemoryStorage({ timeoutHours: 1, logger });
    logger.take();
    storage.set("a", "1", "PXAT", 1);
    assertEquals(logger.take(), []);
  });
});
