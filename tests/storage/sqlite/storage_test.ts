/** The class: its arguments, its log, its end, and what two of one file see of each other. */
import { ConfigError, ReplyError, StorageError } from "@mayfly/store";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Environment, LineLogger } from "../_support.ts";
import { Clock, Folder } from "./_support.ts";

describe("SqliteStorage", () => {
  it("takes a path or a file URL", () => {
    using folder = new Folder();
    using one = new SqliteStorage(folder.file("a b%20c.db"));
    one.set("a", "1");
    using other = new SqliteStorage(pathToFileURL(folder.file("a b%20c.db")));
    assertEquals(other.get("a"), "1");
  });

  it("refuses an invalid path", () => {
    for (const path of ["", "a\0b", new URL("https://example.com/state.db")]) {
      assertThrows(() => new SqliteStorage(path), RangeError, '"path"');
    }
    for (const path of [undefined, null, 1, {}, []]) {
      const make = () => new SqliteStorage(path as unknown as string);
      assertThrows(make, TypeError, '"path"');
    }
  });

  it("refuses invalid options, and creates no file", () => {
    using folder = new Folder();
    const refused: [options: object, Failure: typeof RangeError][] = [
      [{ busyTimeout: -1 }, RangeError],
      [{ busyTimeout: NaN }, RangeError],
      [{ busyTimeout: Infinity }, RangeError],
      [{ busyTimeout: "5" }, TypeError],
      [{ maxBytes: 0 }, RangeError],
      [{ maxBytes: 1.5 }, RangeError],
      [{ maxBytes: "1" }, TypeError],
      [{ eviction: "lru" }, RangeError],
      [{ eviction: "allkeys-lru" }, RangeError],
      [{ eviction: "sieve" }, RangeError],
      [{ eviction: "__proto__" }, RangeError],
      [{ timeoutHours: 0 }, RangeError],
      [{ sweepInterval: 0 }, RangeError],
      [{ logger: {} }, TypeError],
      [{ now: 1 }, TypeError],
      [{ maxEntries: 1 }, TypeError],
      [[], TypeError],
    ];
    for (const [options, Failure] of refused) {
      const make = () => new SqliteStorage(folder.file(), options);
      assertThrows(make, Failure, "Cannot make the storage");
    }
    using _ = new Environment({ CONVERSATION_TIMEOUT_HOURS: "soon" });
    assertThrows(() => new SqliteStorage(folder.file()), ConfigError);
    assert(!existsSync(folder.file()));
  });

  it("logs like the storage in memory, with keys and without values", () => {
    using folder = new Folder();
    const logger = new LineLogger();
    const options = { timeoutHours: 3, logger };
    using storage = new SqliteStorage(folder.file(), options);
    storage.setex("thread:1", 60, "secret");
    storage.get("thread:1");
    storage.append("thread:1", "secret");
    assertThrows(() =>
      storage.batch(() => {
        storage.set("a", "secret");
        throw new RangeError("No");
      }), RangeError);
    const lines = logger.lines.map(([level, line]) => `${level}: ${line}`);
    assertMatch(
      lines.shift()!,
      /^info: SQLite storage .*state\.db started with a timeout of 3 h, sweeping every 1080 s$/,
    );
    assertEquals(lines, [
      "debug: Stored key thread:1 with TTL 60s",
      "debug: Retrieved key thread:1",
      "debug: Stored key thread:1",
    ]);
  });

  it("shares its changes with a second storage on the file", () => {
    using folder = new Folder();
    const clock = new Clock();
    using one = new SqliteStorage(folder.file(), { now: clock.now });
    using other = new SqliteStorage(folder.file(), { now: clock.now });
    one.setex("thread:1", 60, "[]");
    assertEquals(other.get("thread:1"), "[]");
    assertEquals(other.ttl("thread:1"), 60);
    assertEquals(other.append("thread:1", "x".repeat(20_000)), 20_002);
    assertEquals(one.getrange("thread:1", -3, -1), "xxx");
    for (let i = 1; i < 100; i += 2) {
      assertEquals(one.incr("count"), i);
      assertEquals(other.incr("count"), i + 1);
    }
    clock.time += 60_000;
    assertEquals(one.dbsize(), 1);
    assertEquals(other.get("thread:1"), null);
    one.flushall();
    assertEquals(other.dbsize(), 0);
  });

  it("lists with SCAN every key that exists throughout, from two storages", () => {
    using folder = new Folder();
    using one = new SqliteStorage(folder.file());
    one.batch(() => {
      for (let i = 0; i < 500; i++) one.set(`key:${i}`, "v");
    });
    const found = new Set<string>();
    let cursor = "0";
    let step = 0;
    do {
      // As a process that goes on where another one ended.
      using other = new SqliteStorage(folder.file());
      const [next, keys] = other.scan(cursor, "COUNT", 20);
      keys.forEach((key) => found.add(key));
      cursor = next;
      other.setex(`new:${step}`, 100, "w".repeat(10_000));
      other.del(`key:${step++}`);
      other.set(`key:${499 - step}`, "w");
    } while (cursor !== "0");
    for (let i = step; i < 500; i++) assert(found.has(`key:${i}`), `key:${i}`);
  });

  it("runs a batch as one transaction", () => {
    using folder = new Folder();
    using storage = new SqliteStorage(folder.file());
    using other = new SqliteStorage(folder.file());
    const sum = storage.batch(() => {
      storage.mset({ a: 1, b: 2 });
      assertEquals(other.mget("a", "b"), [null, null]);
      return storage.batch(() => storage.incrby("a", 10)) +
        Number(storage.get("b"));
    });
    assertEquals(sum, 13);
    assertEquals(other.mget("a", "b"), ["11", "2"]);

    const failure = assertThrows(() =>
      storage.batch(() => {
        storage.flushall();
        storage.set("long", "x".repeat(100_000));
        storage.incr("long");
      }), ReplyError);
    assertMatch(failure.message, /^ERR value is not an integer/);
    assertEquals(storage.mget("a", "b", "long"), ["11", "2", null]);
    // One that is caught within undoes nothing.
    storage.batch(() => {
      storage.set("text", "x");
      assertThrows(() => storage.incr("text"), ReplyError);
      storage.incr("a");
    });
    assertEquals(other.mget("a", "text"), ["12", "x"]);
    assertThrows(
      () => storage.batch(() => Promise.resolve(storage.incr("a"))),
      TypeError,
    );
    assertEquals(storage.get("a"), "12");
  });

  it("changes nothing if the clock throws, or returns no number", () => {
    using folder = new Folder();
    let now: () => unknown = Date.now;
    using storage = new SqliteStorage(folder.file(), {
      now: () => now() as number,
    });
    storage.setex("a", 100, "1");
    for (
      const broken of [
        () => NaN,
        () => undefined,
        () => {
          throw new TypeError("No clock");
        },
      ]
    ) {
      now = broken;
      for (
        const command of [
          () => storage.setex("a", 100, "2"),
          () => storage.incr("a"),
          () => storage.append("a", "2"),
          () => storage.expire("a", 5),
          () => storage.del("a"),
          () => storage.getdel("a"),
        ]
      ) assertThrows(command, TypeError);
    }
    now = Date.now;
    assertEquals(storage.get("a"), "1");
    assertEquals(storage.ttl("a"), 100);
  });

  it("can be closed by dispose, shutdown and close in any order", () => {
    using folder = new Folder();
    const storage = new SqliteStorage(folder.file());
    storage.shutdown();
    assertEquals(storage.incr("a"), 1);
    storage[Symbol.dispose]();
    storage.shutdown();
    storage.close();
    storage[Symbol.dispose]();
    for (
      const command of [
        () => storage.get("a"),
        () => storage.setex("a", 1, "2"),
        () => storage.mget("a", "b"),
        () => storage.batch(() => 1),
        () => storage.dbsize(),
      ]
    ) assertEquals(assertThrows(command, StorageError).code, "closed");
    assertEquals("then" in storage, false);
  });
});
