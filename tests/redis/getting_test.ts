import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  assertReplyError,
  call,
  makeCommands,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
} from "./_commands.ts";
import { START } from "../suites/keyspace/_map_keyspace.ts";

describe("get", () => {
  it("replies with the value or null", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    redis.set("", "");
    assertEquals(redis.get("a"), "1");
    assertEquals(redis.get(""), "");
    assertEquals(redis.get("b"), null);
    assertEquals(redis.get("__proto__"), null);
  });

  it("takes a number as a key", () => {
    const { redis } = makeCommands();
    redis.set(7, 1.5);
    assertEquals(redis.get("7"), "1.5");
    assertEquals(redis.get(7), "1.5");
  });

  it("finds a key with half a surrogate pair under U+FFFD", () => {
    const { redis } = makeCommands();
    redis.set("a\ud800", "b\udc00");
    assertEquals(redis.get("a\ufffd"), "b\ufffd");
    assertEquals(redis.get("a\udbff"), "b\ufffd");
  });

  it("never returns an expired value", () => {
    const { redis, keyspace } = makeCommands();
    redis.setex("a", 10, "1");
    keyspace.time += 9_999;
    assertEquals(redis.get("a"), "1");
    keyspace.time += 1;
    assertEquals(redis.get("a"), null);
  });

  it("reads bytes that are not UTF-8 as U+FFFD", () => {
    const { redis, keyspace } = makeCommands();
    keyspace.set("a", new Uint8Array([0x61, 0xc3, 0x62]), Infinity);
    assertEquals(redis.get("a"), "a\ufffdb");
    assertEquals(redis.mget("a"), ["a\ufffdb"]);
  });

  it("returns a value, not a promise, which await accepts", async () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    assertEquals(await redis.get("a"), "1");
    assertEquals("then" in redis, false);
  });
});

describe("getset and getdel", () => {
  it("getset returns the old value and removes the deadline", () => {
    const { redis } = makeCommands();
    assertEquals(redis.getset("a", "1"), null);
    redis.expire("a", 10);
    assertEquals(redis.getset("a", "2"), "1");
    assertEquals(redis.ttl("a"), -1);
  });

  it("getdel returns the value and removes the key", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    assertEquals(redis.getdel("a"), "1");
    assertEquals(redis.getdel("a"), null);
    assertEquals(redis.dbsize(), 0);
  });
});

describe("getex", () => {
  it("does not change the deadline without options", () => {
    const { redis } = makeCommands();
    redis.setex("a", 10, "1");
    assertEquals(redis.getex("a"), "1");
    assertEquals(redis.ttl("a"), 10);
  });

  it("sets the deadline in all four units", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    redis.getex("a", "EX", "10");
    assertEquals(redis.pttl("a"), 10_000);
    redis.getex("a", "PX", 20);
    assertEquals(redis.pttl("a"), 20);
    redis.getex("a", "EXAT", START / 1000 + 30);
    assertEquals(redis.pttl("a"), 30_000);
    redis.getex("a", "PXAT", START + 40);
    assertEquals(redis.pttl("a"), 40);
  });

  it("removes the deadline with PERSIST, in upper or lower case", () => {
    const { redis } = makeCommands();
    redis.setex("a", 10, "1");
    assertEquals(call(redis, "getex", "a", "persist"), "1");
    assertEquals(redis.ttl("a"), -1);
  });

  it("removes the key if the deadline is past", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    assertEquals(redis.getex("a", "PXAT", START), "1");
    assertEquals(redis.exists("a"), 0);
  });

  it("always checks the options, but the time only if the key exists", () => {
    const { redis } = makeCommands();
    assertEquals(redis.getex("a", "EX", "soon"), null);
    assertEquals(redis.getex("a", "EX", 0), null);
    for (
      const words of [["EX"], ["NX"], ["KEEPTTL"], ["EX", 1, "PX", 1], [
        "PERSIST",
        "EX",
        1,
      ], ["EX", 1, "PERSIST"]]
    ) {
      assertReplyError(() => call(redis, "getex", "a", ...words), SYNTAX_ERROR);
    }
    redis.set("a", "1");
    assertReplyError(() => redis.getex("a", "EX", "soon"), NOT_AN_INTEGER);
    assertReplyError(
      () => redis.getex("a", "EX", 0),
      "ERR invalid expire time in 'getex' command",
    );
    assertEquals(redis.ttl("a"), -1);
  });

  it("takes an option twice, and uses the last", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    call(redis, "getex", "a", "EX", 10, "ex", 20);
    assertEquals(redis.ttl("a"), 20);
  });
});
