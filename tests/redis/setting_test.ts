import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { RedisCommands } from "@mayfly/store/redis";
import {
  assertReplyError,
  call,
  makeCommands,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
} from "./_commands.ts";
import { START } from "../suites/keyspace/_map_keyspace.ts";

const INVALID_TIME = "ERR invalid expire time in 'set' command";

describe("set", () => {
  it("stores a value, a number as String writes it", () => {
    const { redis } = makeCommands();
    assertEquals(redis.set("a", "1"), "OK");
    assertEquals(redis.set("b", 1e21), "OK");
    assertEquals(redis.mget("a", "b"), ["1", "1000000000000000000000"]);
  });

  it("declares the type of its reply", () => {
    const { redis } = makeCommands();
    const plain: "OK"[] = [
      redis.set("a", "1"),
      redis.set("a", "1", "PX", 10),
      redis.set("a", "1", "KEEPTTL"),
    ];
    const conditional: ("OK" | null)[] = [
      redis.set("a", "1", "XX"),
      redis.set("a", "1", "EX", 10, "XX"),
      redis.set("a", "1", "XX", "KEEPTTL"),
    ];
    const before: (string | null)[] = [
      redis.set("a", "1", "GET"),
      redis.set("a", "1", "XX", "GET"),
      redis.set("a", "1", "EX", 10, "NX", "GET"),
      redis.set("a", "1", "GET", "KEEPTTL", "NX"),
    ];
    // @ts-expect-error: NX may reply null.
    const notNull: "OK" = redis.set("b", "1", "NX");
    // @ts-expect-error: GET replies with any text.
    const notAnyText: "OK" | null = redis.set("b", "1", "GET");
    assertEquals([...plain, ...conditional, notNull], Array(7).fill("OK"));
    assertEquals([...before, notAnyText], ["1", "1", "1", "1", "1"]);
  });

  it("removes the deadline unless KEEPTTL is given", () => {
    const { redis } = makeCommands();
    redis.set("a", "1", "EX", 10);
    assertEquals(redis.set("a", "2", "KEEPTTL"), "OK");
    assertEquals(redis.ttl("a"), 10);
    redis.set("a", "3");
    assertEquals(redis.ttl("a"), -1);
    redis.set("b", "1", "KEEPTTL");
    assertEquals(redis.ttl("b"), -1);
  });

  it("sets the deadline in all four units", () => {
    const { redis } = makeCommands();
    redis.set("a", "1", "EX", 10);
    assertEquals(redis.pttl("a"), 10_000);
    redis.set("a", "1", "PX", "20");
    assertEquals(redis.pttl("a"), 20);
    redis.set("a", "1", "EXAT", START / 1000 + 30);
    assertEquals(redis.pttl("a"), 30_000);
    redis.set("a", "1", "PXAT", START + 40);
    assertEquals(redis.pttl("a"), 40);
  });

  it("removes the key if the deadline is past", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    assertEquals(redis.set("a", "2", "PXAT", 1, "GET"), "1");
    assertEquals(redis.get("a"), null);
  });

  it("returns null if NX or XX does not hold", () => {
    const { redis } = makeCommands();
    assertEquals(redis.set("a", "1", "XX"), null);
    assertEquals(redis.set("a", "1", "NX"), "OK");
    assertEquals(redis.set("a", "2", "NX"), null);
    assertEquals(redis.set("a", "3", "XX"), "OK");
    assertEquals(redis.get("a"), "3");
  });

  it("returns the old value with GET", () => {
    const { redis } = makeCommands();
    assertEquals(redis.set("a", "1", "GET"), null);
    assertEquals(redis.set("a", "2", "EX", 10, "GET"), "1");
    assertEquals(redis.ttl("a"), 10);
  });

  it("accepts NX with GET", () => {
    const { redis } = makeCommands();
    assertEquals(redis.set("a", "1", "NX", "GET"), null);
    assertEquals(redis.get("a"), "1");
    assertEquals(redis.set("a", "2", "NX", "GET"), "1");
    assertEquals(redis.get("a"), "1");
    assertEquals(redis.set("b", "1", "XX", "GET"), null);
    assertEquals(redis.get("b"), null);
  });

  it("takes the options in any order, in upper or lower case, and twice", () => {
    const { redis } = makeCommands();
    assertEquals(call(redis, "set", "a", "1", "nx", "px", 20, "get"), null);
    assertEquals(redis.pttl("a"), 20);
    assertEquals(call(redis, "set", "a", "2", "Get", "eX", 10, "xX"), "1");
    assertEquals(
      call(
        redis,
        "set",
        "a",
        "3",
        "EX",
        10,
        "EX",
        20,
        "GET",
        "GET",
        "XX",
        "XX",
      ),
      "2",
    );
    assertEquals(redis.ttl("a"), 20);
  });

  it("refuses options that contradict each other", () => {
    const { redis } = makeCommands();
    for (
      const options of [
        ["NX", "XX"],
        ["EX", 1, "PX", 1],
        ["EXAT", 1, "PXAT", 1],
        ["KEEPTTL", "EX", 1],
        ["EX", 1, "KEEPTTL"],
        ["EX"],
        ["NX", "EX"],
        ["PERSIST"],
        ["EX", 1, 2],
        [""],
        ["PER\u017fIST"],
      ]
    ) {
      assertReplyError(
        () => call(redis, "set", "a", "1", ...options),
        SYNTAX_ERROR,
      );
    }
    assertEquals(redis.dbsize(), 0);
  });

  it("checks the syntax before the time, and the time before NX", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    assertReplyError(
      () => call(redis, "set", "a", "2", "EX", "soon", "FOO"),
      SYNTAX_ERROR,
    );
    assertReplyError(
      () => redis.set("a", "2", "EX", "soon", "NX"),
      NOT_AN_INTEGER,
    );
    assertReplyError(() => redis.set("a", "2", "EX", 0, "NX"), INVALID_TIME);
    assertEquals(redis.get("a"), "1");
  });

  it("takes a time as an integer in its shortest notation", () => {
    const { redis } = makeCommands();
    assertEquals(redis.set("a", "1", "EX", "10"), "OK");
    for (const time of [" 10", "10 ", "1e3", "+1", "01", "", "1.5", 1.5, NaN]) {
      assertReplyError(() => redis.set("a", "1", "EX", time), NOT_AN_INTEGER);
    }
    for (const time of [0, -0, "-1", -1]) {
      assertReplyError(() => redis.set("a", "1", "EX", time), INVALID_TIME);
    }
    assertReplyError(() => redis.set("a", "1", "EX", "-0"), NOT_AN_INTEGER);
  });

  it("takes times up to the limits of 64 bits", () => {
    const { redis } = makeCommands();
    redis.set("a", "1", "PXAT", "9223372036854775807");
    assertEquals(redis.pexpiretime("a"), 2 ** 63);
    redis.set("a", "1", "EXAT", "9223372036854775");
    assertEquals(redis.get("a"), "1");
    for (
      const [unit, time] of [
        ["PXAT", "9223372036854775808"],
        ["EX", "9223372036854775808"],
      ] as const
    ) {
      assertReplyError(() => redis.set("a", "1", unit, time), NOT_AN_INTEGER);
    }
    for (
      const [unit, time] of [
        ["EXAT", "9223372036854776"],
        ["EX", "9223372036854775"],
        ["PX", "9223372036854775807"],
      ] as const
    ) {
      assertReplyError(() => redis.set("a", "1", unit, time), INVALID_TIME);
    }
  });
});

describe("setex, psetex and setnx", () => {
  it("setex and psetex store a value that expires", () => {
    const { redis } = makeCommands();
    assertEquals(redis.setex("a", 10, "1"), "OK");
    assertEquals(redis.pttl("a"), 10_000);
    assertEquals(redis.setex(1, "20", 2), "OK");
    assertEquals(redis.pttl("1"), 20_000);
    assertEquals(redis.setex("a", 5e9, "3"), "OK");
    assertEquals(redis.ttl("a"), 5e9);
    assertEquals(redis.psetex("a", 30, "4"), "OK");
    assertEquals(redis.pttl("a"), 30);
  });

  it("setex and psetex name themselves in their errors", () => {
    const { redis } = makeCommands();
    const commands: (keyof RedisCommands)[] = ["setex", "psetex"];
    for (const command of commands) {
      for (const time of [0, -1, "-9223372036854775808"]) {
        assertReplyError(
          () => call(redis, command, "a", time, "1"),
          `ERR invalid expire time in '${command}' command`,
        );
      }
      for (const time of ["", "1e3", 1.5, NaN, Infinity]) {
        assertReplyError(
          () => call(redis, command, "a", time, "1"),
          NOT_AN_INTEGER,
        );
      }
    }
    assertEquals(redis.dbsize(), 0);
  });

  it("setnx stores only if the key is absent", () => {
    const { redis, keyspace } = makeCommands();
    assertEquals(redis.setnx("a", "1"), 1);
    assertEquals(redis.setnx("a", "2"), 0);
    assertEquals(redis.get("a"), "1");
    redis.expire("a", 10);
    keyspace.time += 10_000;
    assertEquals(redis.setnx("a", "3"), 1);
    assertEquals(redis.ttl("a"), -1);
  });
});
