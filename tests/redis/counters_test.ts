import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { assertReplyError, makeCommands, NOT_AN_INTEGER } from "./_commands.ts";

const MAX = "9223372036854775807";
const MIN = "-9223372036854775808";
const OVERFLOW = "ERR increment or decrement would overflow";
const NOT_A_FLOAT = "ERR value is not a valid float";

describe("incr, incrby, decr and decrby", () => {
  it("count from 0", () => {
    const { redis } = makeCommands();
    assertEquals(redis.incr("a"), 1);
    assertEquals(redis.incrby("a", 10), 11);
    assertEquals(redis.decr("a"), 10);
    assertEquals(redis.decrby("a", "-5"), 15);
    assertEquals(redis.decr("b"), -1);
    assertEquals(redis.get("a"), "15");
  });

  it("keep the deadline", () => {
    const { redis } = makeCommands();
    redis.setex("a", 10, "1");
    redis.incr("a");
    redis.decrby("a", 3);
    redis.incrbyfloat("a", "0.5");
    assertEquals(redis.ttl("a"), 10);
  });

  it("do not revive a key that expires while they run", () => {
    const { redis, keyspace } = makeCommands();
    redis.setex("a", 10, "5");
    const entry = keyspace.entry.bind(keyspace);
    keyspace.entry = (key) => {
      const found = entry(key);
      keyspace.time += 10_000;
      return found;
    };
    assertEquals(redis.incr("a"), 6);
    keyspace.entry = entry;
    assertEquals(redis.exists("a"), 0);
  });

  it("are exact at the ends of the 64-bit range", () => {
    const { redis } = makeCommands();
    redis.set("a", "9223372036854775806");
    assertEquals(redis.incr("a"), 2 ** 63);
    assertEquals(redis.get("a"), MAX);
    assertReplyError(() => redis.incr("a"), OVERFLOW);
    assertReplyError(() => redis.decrby("a", -1), OVERFLOW);
    redis.set("b", "-9223372036854775807");
    assertEquals(redis.decr("b"), -(2 ** 63));
    assertEquals(redis.get("b"), MIN);
    assertReplyError(() => redis.decr("b"), OVERFLOW);
    assertReplyError(() => redis.incrby("b", -1), OVERFLOW);
    assertEquals(redis.mget("a", "b"), [MAX, MIN]);
    assertEquals(redis.incrby("a", MIN), -1);
  });

  it("reply with the nearest number past 2^53 and store the exact one", () => {
    const { redis } = makeCommands();
    redis.set("a", "9007199254740992");
    assertEquals(redis.incr("a"), 9007199254740992);
    assertEquals(redis.get("a"), "9007199254740993");
    redis.incrby("b", 2 ** 60);
    assertEquals(redis.get("b"), "1152921504606846976");
  });

  it("refuse any other notation of an integer", () => {
    const { redis } = makeCommands();
    for (
      const text of [
        ...["", " 10", "10 ", "+1", "01", "-", "-0", "00", "1e3", "1.0", "0x1"],
        ...["one", "٣", "1\0", "9223372036854775808", "-9223372036854775809"],
      ]
    ) {
      redis.set("a", text);
      assertReplyError(() => redis.incr("a"), NOT_AN_INTEGER);
      assertReplyError(() => redis.decr("a"), NOT_AN_INTEGER);
      assertReplyError(() => redis.incrby("b", text), NOT_AN_INTEGER);
      assertReplyError(() => redis.decrby("b", text), NOT_AN_INTEGER);
      assertEquals(redis.get("a"), text);
    }
    for (const number of [1.5, NaN, Infinity, 2 ** 63]) {
      assertReplyError(() => redis.incrby("b", number), NOT_AN_INTEGER);
    }
    assertEquals(redis.incrby("b", -0), 0);
  });

  it("refuse bytes that are not UTF-8", () => {
    const { redis, keyspace } = makeCommands();
    keyspace.set("a", new Uint8Array([0x31, 0xff]), Infinity);
    assertReplyError(() => redis.incr("a"), NOT_AN_INTEGER);
    assertReplyError(() => redis.incrbyfloat("a", 1), NOT_A_FLOAT);
  });

  it("decrby cannot negate the least integer", () => {
    const { redis } = makeCommands();
    assertReplyError(
      () => redis.decrby("a", MIN),
      "ERR decrement would overflow",
    );
  });
});

describe("incrbyfloat", () => {
  it("starts from 0 and stores what it replies with", () => {
    const { redis } = makeCommands();
    assertEquals(redis.incrbyfloat("a", 0.1), "0.1");
    assertEquals(redis.incrbyfloat("a", "0.2"), "0.3");
    assertEquals(redis.get("a"), "0.3");
    assertEquals(redis.incrbyfloat("a", "-0.3"), "0");
  });

  it("stores a whole number as an integer", () => {
    const { redis } = makeCommands();
    assertEquals(redis.incrbyfloat("a", "3.0"), "3");
    assertEquals(redis.incr("a"), 4);
  });

  it("refuses what is not a number, and checks the value first", () => {
    const { redis } = makeCommands();
    redis.set("a", "one");
    assertReplyError(() => redis.incrbyfloat("a", "inf"), NOT_A_FLOAT);
    assertReplyError(() => redis.incrbyfloat("b", "1 "), NOT_A_FLOAT);
    assertReplyError(() => redis.incrbyfloat("b", NaN), NOT_A_FLOAT);
    assertEquals(redis.keys("*"), ["a"]);
  });

  it("refuses to become infinite", () => {
    const { redis } = makeCommands();
    const message = "ERR increment would produce NaN or Infinity";
    assertReplyError(() => redis.incrbyfloat("a", "inf"), message);
    assertReplyError(() => redis.incrbyfloat("a", -Infinity), message);
    redis.set("a", "1.1e4932");
    assertReplyError(() => redis.incrbyfloat("a", "1.1e4932"), message);
    assertEquals(redis.get("a"), "1.1e4932");
  });
});
