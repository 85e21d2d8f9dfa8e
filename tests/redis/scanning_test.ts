import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { InMemoryStorage } from "@mayfly/store";
import type { RedisCommands } from "@mayfly/store/redis";
import {
  assertReplyError,
  call,
  makeCommands,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
} from "./_commands.ts";

const OVER_64_BITS = "18446744073709551616";

/** Walks over all keys; `between` runs after each step. */
function scanAll(
  redis: RedisCommands,
  count: number,
  between: () => void = () => {},
): string[] {
  const found: string[] = [];
  let cursor = "0";
  do {
    const [next, keys] = redis.scan(cursor, "COUNT", count);
    found.push(...keys);
    cursor = next;
    between();
  } while (cursor !== "0");
  return found;
}

describe("keys", () => {
  it("lists the live keys that match", () => {
    const { redis, keyspace } = makeCommands();
    redis.mset("a1", "", "a2", "", "b1", "", "", "");
    redis.setex("a3", 10, "");
    assertEquals(redis.keys("a?").sort(), ["a1", "a2", "a3"]);
    keyspace.time += 10_000;
    assertEquals(redis.keys("a?").sort(), ["a1", "a2"]);
    assertEquals(redis.keys("*").sort(), ["", "a1", "a2", "b1"]);
    assertEquals(redis.keys("**").sort(), ["a1", "a2", "b1"]);
    assertEquals(redis.keys(""), [""]);
  });
});

describe("scan", () => {
  it("refuses a cursor of any length quickly", () => {
    const { redis } = makeCommands();
    const start = performance.now();
    for (const digit of ["9", "0"]) {
      const cursor = digit.repeat(20_000_000);
      if (digit === "0") assertEquals(redis.scan(cursor)[1], []);
      else assertReplyError(() => redis.scan(cursor), "ERR invalid cursor");
    }
    // A minute, by the square of the length.
    assertEquals(performance.now() - start < 15_000, true);
  });

  it("lists every key at least once", () => {
    using redis = new InMemoryStorage();
    const keys = Array.from({ length: 500 }, (_, i) => `key:${i}`);
    for (const key of keys) redis.set(key, "");
    for (const count of [1, 10, 1000]) {
      assertEquals([...new Set(scanAll(redis, count))].sort(), keys.sort());
    }
  });

  it("lists the keys that exist throughout, while others are added and removed", () => {
    using redis = new InMemoryStorage();
    const kept = Array.from({ length: 100 }, (_, i) => `kept:${i}`);
    const doomed = Array.from({ length: 100 }, (_, i) => `doomed:${i}`);
    kept.forEach((key, i) => redis.mset(key, "", doomed[i] as string, ""));
    let step = 0;
    const found = new Set(scanAll(redis, 5, () => {
      for (let i = 0; i < 3; i++) redis.del(doomed.pop() ?? "none");
      redis.set(`new:${step++}`, "");
      redis.set(kept[step % 100] as string, "again");
      if (step > 10_000) throw new Error("the walk does not end");
    }));
    for (const key of kept) assert(found.has(key), key);
  });

  it("lists no key that has expired", () => {
    const { redis, keyspace } = makeCommands();
    for (let i = 0; i < 50; i++) redis.setex(`a${i}`, 10 + i % 2, "");
    keyspace.time += 10_000;
    const found = scanAll(redis, 1000);
    assertEquals(found.length, 25);
    assertEquals(redis.dbsize(), 25);
  });

  it("takes MATCH, COUNT and TYPE in any order, in any case, and twice", () => {
    const { redis } = makeCommands();
    redis.mset("a1", "", "a2", "", "b1", "", "", "");
    const all = ["COUNT", "1000"];
    const scan = (...options: unknown[]) =>
      call(redis, "scan", 0, ...options, ...all) as [string, string[]];
    assertEquals(scan("MATCH", "a*")[1].sort(), ["a1", "a2"]);
    assertEquals(scan("match", "a*", "Match", "b*")[1], ["b1"]);
    assertEquals(scan("TYPE", "String", "MATCH", "b1")[1], ["b1"]);
    assertEquals(scan("TYPE", "list")[1], []);
    assertEquals(scan("TYPE", "no such type")[1], []);
    assertEquals(scan("MATCH", "*")[1].length, 4);
    assertEquals(scan("COUNT", 1)[0], "0");
  });

  it("refuses other options in the order given", () => {
    const { redis } = makeCommands();
    for (
      const options of [["FOO"], ["MATCH"], ["COUNT"], ["COUNT", 0], [
        "COUNT",
        "-1",
      ], ["COUNT", 5, "TYPE"]]
    ) {
      assertReplyError(() => call(redis, "scan", 0, ...options), SYNTAX_ERROR);
    }
    assertReplyError(
      () => call(redis, "scan", 0, "COUNT", "x", "FOO"),
      NOT_AN_INTEGER,
    );
  });

  it("accepts the cursors that the server accepts", () => {
    const { redis } = makeCommands();
    for (const cursor of [0, "0", "", "+0", "-0", "00"]) {
      assertEquals(redis.scan(cursor, "COUNT", 1000), ["0", []]);
    }
    for (
      const cursor of ["x", " 0", "1x", "0x1", "-", -1.5, NaN, OVER_64_BITS]
    ) {
      assertReplyError(() => redis.scan(cursor), "ERR invalid cursor");
    }
    assertReplyError(
      () => call(redis, "scan", "x", "COUNT", 0),
      "ERR invalid cursor",
    );
  });

  it("ends an iteration that starts at an arbitrary cursor", () => {
    using redis = new InMemoryStorage();
    redis.set("a", "");
    for (const cursor of ["7", "-1", "18446744073709551615", 2 ** 53]) {
      const [next] = redis.scan(cursor);
      assertEquals(typeof next, "string");
    }
  });
});

describe("randomkey, dbsize, flushdb and flushall", () => {
  it("randomkey returns a live key", () => {
    const { redis, keyspace } = makeCommands();
    assertEquals(redis.randomkey(), null);
    redis.setex("a", 10, "");
    redis.set("b", "");
    const seen = new Set<string | null>();
    for (let i = 0; i < 200; i++) seen.add(redis.randomkey());
    assertEquals([...seen].sort(), ["a", "b"]);
    keyspace.time += 10_000;
    for (let i = 0; i < 20; i++) assertEquals(redis.randomkey(), "b");
  });

  it("dbsize counts live keys", () => {
    const { redis, keyspace } = makeCommands();
    redis.setex("a", 10, "");
    redis.set("b", "");
    assertEquals(redis.dbsize(), 2);
    keyspace.time += 10_000;
    assertEquals(redis.dbsize(), 1);
  });

  it("flushdb and flushall remove all keys", () => {
    const { redis } = makeCommands();
    for (const command of ["flushdb", "flushall"] as const) {
      for (const mode of [[], ["ASYNC"], ["SYNC"], ["sync"]]) {
        redis.set("a", "");
        assertEquals(call(redis, command, ...mode), "OK");
        assertEquals(redis.dbsize(), 0);
      }
      redis.set("a", "");
      for (const mode of [["NOW"], ["ASYNC", "SYNC"], [""]]) {
        assertReplyError(() => call(redis, command, ...mode), SYNTAX_ERROR);
      }
      assertEquals(redis.dbsize(), 1);
    }
  });
});
