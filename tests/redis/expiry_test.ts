import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { RedisCommands } from "@mayfly/store/redis";
import {
  assertReplyError,
  call,
  makeCommands,
  NOT_AN_INTEGER,
} from "./_commands.ts";
import { START } from "../suites/keyspace/_map_keyspace.ts";

const COMMANDS = ["expire", "pexpire", "expireat", "pexpireat"];
const NX_INCOMPATIBLE =
  "ERR NX and XX, GT or LT options at the same time are not compatible";

describe("expire, pexpire, expireat and pexpireat", () => {
  it("set the deadline", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    assertEquals(redis.expire("a", 10), 1);
    assertEquals(redis.pttl("a"), 10_000);
    assertEquals(redis.pexpire("a", "20"), 1);
    assertEquals(redis.pttl("a"), 20);
    assertEquals(redis.expireat("a", START / 1000 + 30), 1);
    assertEquals(redis.pttl("a"), 30_000);
    assertEquals(redis.pexpireat("a", START + 40), 1);
    assertEquals(redis.pttl("a"), 40);
    assertEquals(redis.expire("b", 10), 0);
  });

  it("remove the key if the deadline is past or now", () => {
    const { redis } = makeCommands();
    const past = [
      ["expire", 0],
      ["expire", -1],
      ["expire", "-9223372036854775"],
      ["pexpire", 0],
      ["pexpire", "-9223372036854775808"],
      ["expireat", START / 1000],
      ["expireat", 0],
      ["pexpireat", START],
      ["pexpireat", -1],
    ] as const;
    for (const [command, time] of past) {
      redis.set("a", "1");
      assertEquals(redis[command]("a", time), 1);
      assertEquals(redis.exists("a"), 0);
    }
  });

  it("with NX need a key without a deadline, with XX one with a deadline", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    assertEquals(redis.expire("a", 10, "XX"), 0);
    assertEquals(redis.expire("a", 10, "NX"), 1);
    assertEquals(redis.expire("a", 20, "NX"), 0);
    assertEquals(redis.expire("a", 20, "XX"), 1);
    assertEquals(redis.ttl("a"), 20);
  });

  it("with GT and LT compare, where no deadline is later than any other", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    assertEquals(redis.expire("a", 10, "GT"), 0);
    assertEquals(redis.ttl("a"), -1);
    assertEquals(redis.expire("a", 10, "LT"), 1);
    assertEquals(redis.expire("a", 10, "LT"), 0);
    assertEquals(redis.expire("a", 10, "GT"), 0);
    assertEquals(redis.expire("a", 20, "GT"), 1);
    assertEquals(redis.expire("a", 30, "LT"), 0);
    assertEquals(redis.expire("a", 5, "LT"), 1);
    assertEquals(redis.ttl("a"), 5);
    assertEquals(redis.expire("a", -1, "GT"), 0);
    assertEquals(redis.expire("a", -1, "LT"), 1);
    assertEquals(redis.exists("a"), 0);
  });

  it("accept XX with GT or LT, in upper or lower case, and twice", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    assertEquals(redis.expire("a", 10, "XX", "LT"), 0);
    redis.expire("a", 10);
    assertEquals(redis.expire("a", 20, "XX", "GT"), 1);
    assertEquals(call(redis, "expire", "a", 10, "lt", "Xx", "LT"), 1);
    assertEquals(redis.ttl("a"), 10);
  });

  it("refuse contradictory conditions, before any other check", () => {
    const { redis } = makeCommands();
    for (const command of COMMANDS) {
      for (const other of ["XX", "GT", "LT"]) {
        assertReplyError(
          () => call(redis, command, "a", "soon", other, "NX"),
          NX_INCOMPATIBLE,
        );
      }
      assertReplyError(
        () => call(redis, command, "a", "soon", "LT", "GT"),
        "ERR GT and LT options at the same time are not compatible",
      );
    }
  });

  it("refuse an unknown condition in one line", () => {
    const { redis } = makeCommands();
    const quoted = {
      ...{ EX: "EX", "": "", "é": "é", "a\r\nb\n": "a  b" },
      // Unlike the server: a terminal would obey.
      "\u009b31m\u2028": "\\u009b31m\\u2028",
    };
    for (const [option, text] of Object.entries({ ...quoted, "a\0b": "a" })) {
      assertReplyError(
        () => call(redis, "expire", "a", 10, "NX", option),
        `ERR Unsupported option ${text}`,
      );
    }
  });

  it("refuse a time that is not an integer, whether or not the key exists", () => {
    const { redis } = makeCommands();
    for (const command of COMMANDS) {
      for (const time of ["", " 1", "1e3", "01", 1.5, "9223372036854775808"]) {
        assertReplyError(() => call(redis, command, "a", time), NOT_AN_INTEGER);
      }
    }
  });

  it("accept times up to 64 bits in ms", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    const limit = 2n ** 63n - 1n;
    const now = BigInt(START);
    assertEquals(redis.pexpire("a", String(limit - now)), 1);
    assertEquals(redis.pexpireat("a", String(limit)), 1);
    assertEquals(redis.pexpiretime("a"), 2 ** 63);
    assertEquals(redis.expireat("a", String(limit / 1000n)), 1);
    const tooFar = [
      ["pexpire", limit - now + 1n],
      ["expire", limit / 1000n],
      ["expire", limit / 1000n + 1n],
      ["expireat", limit / 1000n + 1n],
      ["expireat", -limit / 1000n - 1n],
    ] as const;
    for (const [command, time] of tooFar) {
      assertReplyError(
        () => redis[command]("a", String(time)),
        `ERR invalid expire time in '${command}' command`,
      );
    }
  });
});

describe("ttl, pttl, expiretime and pexpiretime", () => {
  it("reply -1 without a deadline and -2 without a key", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    for (
      const command of ["ttl", "pttl", "expiretime", "pexpiretime"] as const
    ) {
      assertEquals(redis[command]("a"), -1);
      assertEquals(redis[command]("b"), -2);
    }
  });

  it("round a half up", () => {
    const { redis } = makeCommands();
    const seconds = { 1: 0, 499: 0, 500: 1, 1499: 1, 1500: 2, 2500: 3 };
    for (const [life, ttl] of Object.entries(seconds)) {
      redis.set("a", "1", "PX", life);
      assertEquals(redis.ttl("a"), ttl);
      assertEquals(redis.pttl("a"), Number(life));
      assertEquals(redis.expiretime("a"), START / 1000 + ttl);
      assertEquals(redis.pexpiretime("a"), START + Number(life));
    }
  });

  it("count down to the deadline, at which the key is absent", () => {
    const { redis, keyspace } = makeCommands();
    redis.setex("a", 1, "1");
    keyspace.time += 999;
    assertEquals(redis.pttl("a"), 1);
    keyspace.time += 1;
    assertEquals(redis.pttl("a"), -2);
  });
});

describe("persist", () => {
  it("removes the deadline", () => {
    const { redis, keyspace } = makeCommands();
    redis.setex("a", 10, "1");
    assertEquals(redis.persist("a"), 1);
    assertEquals(redis.persist("a"), 0);
    assertEquals(redis.persist("b"), 0);
    keyspace.time += 10_000;
    assertEquals(redis.get("a"), "1");
  });
});

describe("a time to live", () => {
  it("is the same with every command and option, on a clock with fractions", () => {
    const spellings: ((redis: RedisCommands) => unknown)[] = [
      (redis) => redis.set("a", "1", "EX", 10),
      (redis) => redis.set("a", "1", "EX", "10"),
      (redis) => redis.set("a", "1", "PX", 10_000),
      (redis) => redis.set("a", "1", "PX", "10000", "GET"),
      (redis) => redis.setex("a", 10, "1"),
      (redis) => redis.setex("a", "10", "1"),
      (redis) => redis.psetex("a", 10_000, "1"),
      (redis) => redis.psetex("a", "10000", "1"),
      (redis) => redis.expire("a", 10),
      (redis) => redis.expire("a", "10"),
      (redis) => redis.expire("a", "10", "NX"),
      (redis) => redis.pexpire("a", 10_000),
      (redis) => redis.getex("a", "EX", 10),
      (redis) => redis.getex("a", "PX", "10000"),
    ];
    for (const spelling of spellings) {
      const { redis, keyspace } = makeCommands();
      keyspace.time += 0.75;
      redis.set("a", "1");
      spelling(redis);
      assertEquals(redis.pttl("a"), 10_000, String(spelling));
      keyspace.time += 9999.5;
      assertEquals(redis.exists("a"), 1, String(spelling));
      keyspace.time += 0.5;
      assertEquals(redis.exists("a"), 0, String(spelling));
    }
  });

  it("is refused quickly with an option of any length", () => {
    const { redis } = makeCommands();
    const option = "\n".repeat(2_000_000) + "x" + "\n".repeat(2_000_000);
    const start = performance.now();
    for (const command of ["expire", "pexpire", "expireat", "pexpireat"]) {
      assertReplyError(
        () => call(redis, command, "a", 1, option),
        `ERR Unsupported option ${" ".repeat(2_000_000)}x`,
      );
    }
    // It would be hours, by the square of the length.
    assertEquals(performance.now() - start < 20_000, true);
  });
});
