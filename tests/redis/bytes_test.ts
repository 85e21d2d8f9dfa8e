import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { assertReplyError, makeCommands, NOT_AN_INTEGER } from "./_commands.ts";

const TOO_LONG = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";

describe("append", () => {
  it("adds to a value and counts bytes", () => {
    const { redis } = makeCommands();
    assertEquals(redis.append("a", "é"), 2);
    assertEquals(redis.append("a", "日"), 5);
    assertEquals(redis.append("a", "😀"), 9);
    assertEquals(redis.append("a", ""), 9);
    assertEquals(redis.get("a"), "é日😀");
  });

  it("stores an empty value under an absent key", () => {
    const { redis } = makeCommands();
    assertEquals(redis.append("a", ""), 0);
    assertEquals(redis.exists("a"), 1);
  });

  it("keeps the deadline", () => {
    const { redis } = makeCommands();
    redis.setex("a", 10, "1");
    redis.append("a", "2");
    assertEquals(redis.ttl("a"), 10);
  });

  it("keeps bytes that are not UTF-8, and returns text once they are", () => {
    const { redis, keyspace } = makeCommands();
    keyspace.set("a", new Uint8Array([0xff]), Infinity);
    assertEquals(redis.append("a", "b"), 2);
    assertEquals(keyspace.get("a"), new Uint8Array([0xff, 0x62]));
    assertEquals(redis.setrange("a", 0, "a"), 2);
    assertEquals(keyspace.get("a"), "ab");
  });
});

describe("strlen", () => {
  it("counts UTF-8 bytes", () => {
    const { redis } = makeCommands();
    const lengths = { "": 0, a: 1, "\x7f": 1, "\x80": 2, "\u07ff": 2 };
    for (
      const [value, length] of Object.entries({
        ...lengths,
        ...{ "\u0800": 3, "\uffff": 3, "😀": 4, "\ufeff": 3, "\ud800": 3 },
      })
    ) {
      redis.set("a", value);
      assertEquals(redis.strlen("a"), length);
    }
    assertEquals(redis.strlen("b"), 0);
  });
});

describe("getrange", () => {
  it("takes negative offsets, offsets past the end, and an end before the start", () => {
    const { redis } = makeCommands();
    redis.set("a", "This is a string");
    const ranges: [number | string, number | string, string][] = [
      [0, 3, "This"],
      [-3, -1, "ing"],
      [0, -1, "This is a string"],
      [10, 100, "string"],
      [5, 2, ""],
      [-1, -3, ""],
      [100, 200, ""],
      [-100, 3, "This"],
      [-100, -200, ""],
      [-200, -100, "T"],
      [0, "-9223372036854775808", "T"],
      ["-9223372036854775808", "9223372036854775807", "This is a string"],
    ];
    for (const [start, end, part] of ranges) {
      assertEquals(redis.getrange("a", start, end), part);
    }
    assertEquals(redis.getrange("b", 0, -1), "");
  });

  it("cuts bytes, not characters", () => {
    const { redis } = makeCommands();
    redis.set("a", "aé日");
    assertEquals(redis.getrange("a", 1, 2), "é");
    assertEquals(redis.getrange("a", 0, 1), "a\ufffd");
    assertEquals(redis.getrange("a", 2, 4), "\ufffd\ufffd");
  });

  it("keeps a byte order mark", () => {
    const { redis } = makeCommands();
    redis.set("a", "é\ufeffb");
    assertEquals(redis.getrange("a", 2, -1), "\ufeffb");
  });

  it("needs integers, whether or not the key exists", () => {
    const { redis } = makeCommands();
    for (const offset of ["", " 1", "1e3", "9223372036854775808", 0.5]) {
      assertReplyError(() => redis.getrange("b", offset, 1), NOT_AN_INTEGER);
      assertReplyError(() => redis.getrange("b", 1, offset), NOT_AN_INTEGER);
    }
  });
});

describe("setrange", () => {
  it("overwrites, extends, and fills a gap with zero bytes", () => {
    const { redis } = makeCommands();
    redis.set("a", "Hello World");
    assertEquals(redis.setrange("a", 6, "Redis"), 11);
    assertEquals(redis.get("a"), "Hello Redis");
    assertEquals(redis.setrange("a", 9, "ound"), 13);
    assertEquals(redis.get("a"), "Hello Redound");
    assertEquals(redis.setrange("b", 3, "x"), 4);
    assertEquals(redis.get("b"), "\0\0\0x");
  });

  it("writes nothing for an empty part", () => {
    const { redis } = makeCommands();
    redis.set("a", "abc");
    assertEquals(redis.setrange("a", 10, ""), 3);
    assertEquals(redis.get("a"), "abc");
    assertEquals(redis.setrange("b", 10, ""), 0);
    assertEquals(redis.setrange("b", "9223372036854775807", ""), 0);
    assertEquals(redis.exists("b"), 0);
  });

  it("keeps the deadline", () => {
    const { redis } = makeCommands();
    redis.setex("a", 10, "1");
    redis.setrange("a", 1, "2");
    assertEquals(redis.ttl("a"), 10);
  });

  it("keeps the rest of a character that it overwrites as bytes", () => {
    const { redis, keyspace } = makeCommands();
    redis.set("a", "é");
    assertEquals(redis.setrange("a", 1, "x"), 2);
    assertEquals(keyspace.get("a"), new Uint8Array([0xc3, 0x78]));
    assertEquals(redis.get("a"), "\ufffdx");
    assertEquals(redis.strlen("a"), 2);
    assertEquals(redis.copy("a", "b"), 1);
    assertEquals(redis.strlen("b"), 2);
  });

  it("refuses a value of more than 512 MB", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    for (const offset of [2 ** 29, "9223372036854775807"]) {
      assertReplyError(() => redis.setrange("a", offset, "x"), TOO_LONG);
      assertReplyError(() => redis.setrange("b", offset, "x"), TOO_LONG);
    }
    assertReplyError(() => redis.setrange("a", 2 ** 29 - 1, "xy"), TOO_LONG);
    assertEquals(redis.get("a"), "1");
  });

  it("refuses to write into a value that is longer than the limit", () => {
    const { redis, keyspace } = makeCommands();
    redis.set("a", "1");
    keyspace.length = () => 2 ** 29 + 1;
    assertReplyError(() => redis.setrange("a", 0, "x"), TOO_LONG);
    assertReplyError(() => redis.append("a", "x"), TOO_LONG);
    assertEquals(redis.get("a"), "1");
  });

  it("refuses a negative offset", () => {
    const { redis } = makeCommands();
    assertReplyError(
      () => redis.setrange("a", -1, ""),
      "ERR offset is out of range",
    );
    assertReplyError(() => redis.setrange("a", "x", "1"), NOT_AN_INTEGER);
  });
});
