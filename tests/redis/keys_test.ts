import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  assertReplyError,
  call,
  makeCommands,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
} from "./_commands.ts";

const NO_SUCH_KEY = "ERR no such key";

describe("del, unlink, exists and touch", () => {
  it("count the keys that exist", () => {
    const { redis } = makeCommands();
    for (const command of ["del", "unlink", "exists", "touch"] as const) {
      redis.mset("a", "1", "b", "2", "3", "4");
      assertEquals(redis[command]("a", "x", "b"), 2);
      redis.mset("a", "1", "b", "2");
      assertEquals(redis[command](["a", "b", 3]), 3);
      assertEquals(call(redis, command, ["a", "b"], "3") !== undefined, true);
    }
  });

  it("del and unlink remove a key once, exists and touch count it twice", () => {
    const { redis } = makeCommands();
    redis.mset("a", "1", "b", "2");
    assertEquals(redis.exists("a", "a"), 2);
    assertEquals(redis.touch("a", "a"), 2);
    assertEquals(redis.del("a", "a"), 1);
    assertEquals(redis.unlink("b", "b"), 1);
    assertEquals(redis.dbsize(), 0);
  });

  it("do not count expired keys, and change no deadline", () => {
    const { redis, keyspace } = makeCommands();
    redis.setex("a", 10, "1");
    redis.setex("b", 20, "1");
    keyspace.time += 10_000;
    assertEquals(redis.exists("a", "b"), 1);
    assertEquals(redis.touch("a", "b"), 1);
    assertEquals(redis.ttl("b"), 10);
    assertEquals(redis.del("a", "b"), 1);
  });

  it("need a key", () => {
    const { redis } = makeCommands();
    for (const command of ["del", "unlink", "exists", "touch"] as const) {
      const message = `ERR wrong number of arguments for '${command}' command`;
      assertReplyError(() => redis[command](), message);
      assertReplyError(() => redis[command]([]), message);
    }
  });
});

describe("type", () => {
  it("is string or none", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    assertEquals(redis.type("a"), "string");
    assertEquals(redis.type("b"), "none");
  });
});

describe("rename and renamenx", () => {
  it("move the deadline and replace an existing key", () => {
    const { redis } = makeCommands();
    redis.setex("a", 10, "1");
    redis.setex("b", 20, "2");
    assertEquals(redis.rename("a", "b"), "OK");
    assertEquals(redis.mget("a", "b"), [null, "1"]);
    assertEquals(redis.ttl("b"), 10);
    redis.set("c", "3");
    assertEquals(redis.rename("c", "b"), "OK");
    assertEquals(redis.ttl("b"), -1);
  });

  it("renamenx does not replace an existing key", () => {
    const { redis, keyspace } = makeCommands();
    redis.set("a", "1");
    redis.setex("b", 10, "2");
    assertEquals(redis.renamenx("a", "b"), 0);
    assertEquals(redis.mget("a", "b"), ["1", "2"]);
    keyspace.time += 10_000;
    assertEquals(redis.renamenx("a", "b"), 1);
    assertEquals(redis.ttl("b"), -1);
  });

  it("to the same name change nothing", () => {
    const { redis } = makeCommands();
    redis.setex("a", 10, "1");
    assertEquals(redis.rename("a", "a"), "OK");
    assertEquals(redis.renamenx("a", "a"), 0);
    assertEquals(redis.ttl("a"), 10);
  });

  it("refuse an absent key", () => {
    const { redis } = makeCommands();
    redis.set("b", "2");
    assertReplyError(() => redis.rename("a", "b"), NO_SUCH_KEY);
    assertReplyError(() => redis.rename("a", "a"), NO_SUCH_KEY);
    assertReplyError(() => redis.renamenx("a", "b"), NO_SUCH_KEY);
    assertEquals(redis.get("b"), "2");
  });

  it("keep the key if the keyspace refuses the new one", () => {
    const { redis, keyspace } = makeCommands();
    redis.setex("a", 10, "1");
    const set = keyspace.set.bind(keyspace);
    keyspace.set = (key, value, deadline) => {
      if (key === "b") throw new Error("full");
      set(key, value, deadline);
    };
    assertThrows(() => redis.rename("a", "b"), Error, "full");
    assertEquals(redis.get("a"), "1");
    assertEquals(redis.ttl("a"), 10);
  });
});

describe("copy", () => {
  it("copies a value and its deadline", () => {
    const { redis } = makeCommands();
    redis.setex("a", 10, "1");
    assertEquals(redis.copy("a", "b"), 1);
    assertEquals(redis.mget("a", "b"), ["1", "1"]);
    assertEquals(redis.ttl("b"), 10);
    assertEquals(redis.copy("x", "c"), 0);
    assertEquals(redis.copy("x", "b", "REPLACE"), 0);
    assertEquals(redis.get("b"), "1");
  });

  it("replaces an existing key only with REPLACE", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    redis.setex("b", 10, "2");
    assertEquals(redis.copy("a", "b"), 0);
    assertEquals(redis.get("b"), "2");
    assertEquals(redis.copy("a", "b", "REPLACE"), 1);
    assertEquals(redis.get("b"), "1");
    assertEquals(redis.ttl("b"), -1);
  });

  it("takes DB 0, in any order, in any case, and twice", () => {
    const { redis } = makeCommands();
    redis.mset("a", "1", "b", "2");
    assertEquals(redis.copy("a", "b", "DB", 0), 0);
    assertEquals(redis.copy("a", "b", "DB", "0", "REPLACE"), 1);
    assertEquals(call(redis, "copy", "a", "b", "replace", "db", 0), 1);
    assertEquals(
      call(redis, "copy", "a", "b", "REPLACE", "REPLACE", "DB", 0, "DB", 0),
      1,
    );
  });

  it("refuses other databases, other options and the same key", () => {
    const { redis } = makeCommands();
    redis.set("a", "1");
    const outOfRange = "ERR DB index is out of range";
    assertReplyError(() => redis.copy("a", "b", "DB", 1), outOfRange);
    assertReplyError(() => redis.copy("a", "b", "DB", -1), outOfRange);
    assertReplyError(() => redis.copy("a", "b", "DB", "x"), NOT_AN_INTEGER);
    assertReplyError(
      () => redis.copy("a", "b", "DB", 2147483648),
      "ERR value is out of range, value must between -2147483648 and 2147483647",
    );
    assertReplyError(() => call(redis, "copy", "a", "b", "DB"), SYNTAX_ERROR);
    assertReplyError(() => call(redis, "copy", "a", "b", "NX"), SYNTAX_ERROR);
    assertReplyError(() => call(redis, "copy", "a", "a", "NX"), SYNTAX_ERROR);
    for (const key of ["a", "x"]) {
      assertReplyError(
        () => redis.copy(key, key, "REPLACE"),
        "ERR source and destination objects are the same",
      );
    }
  });
});
