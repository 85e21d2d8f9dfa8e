import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import vm from "node:vm";
import { assertReplyError, call, makeCommands } from "./_commands.ts";

const MSET_ARITY = "ERR wrong number of arguments for 'mset' command";
const MSETNX_ARITY = "ERR wrong number of arguments for 'msetnx' command";

describe("mget", () => {
  it("replies in the order of the keys", () => {
    const { redis } = makeCommands();
    redis.mset("a", "1", "b", "2");
    assertEquals(redis.mget("b", "x", "a", "b"), ["2", null, "1", "2"]);
    assertEquals(redis.mget(["a", "b"]), ["1", "2"]);
  });

  it("needs a key", () => {
    const { redis } = makeCommands();
    const message = "ERR wrong number of arguments for 'mget' command";
    assertReplyError(() => redis.mget(), message);
    assertReplyError(() => redis.mget([]), message);
  });
});

describe("mset", () => {
  it("takes pairs as arguments, an array, an object or a Map", () => {
    const { redis } = makeCommands();
    assertEquals(redis.mset("a", 1, "b", "2"), "OK");
    assertEquals(redis.mset(["c", "3", "d", 4]), "OK");
    assertEquals(redis.mset({ e: "5", f: 6 }), "OK");
    assertEquals(
      redis.mset(new Map<string | number, string>([[7, "8"]])),
      "OK",
    );
    assertEquals(redis.mget("a", "b", "c", "d", "e", "f", "7"), [
      ..."123456",
      "8",
    ]);
  });

  it("takes a Map of another realm", () => {
    const { redis } = makeCommands();
    const values = vm.runInNewContext('new Map([["a", "1"], ["b", "2"]])');
    assertEquals(redis.mset(values as ReadonlyMap<string, string>), "OK");
    assertEquals(redis.mget("a", "b"), ["1", "2"]);
  });

  it("takes all keys of an object, __proto__ and constructor too", () => {
    const { redis } = makeCommands();
    redis.mset(JSON.parse('{"__proto__": "1", "constructor": "2"}'));
    assertEquals(redis.mget("__proto__", "constructor"), ["1", "2"]);
  });

  it("removes deadlines, and stores the last value of a key that is given twice", () => {
    const { redis } = makeCommands();
    redis.setex("a", 10, "0");
    redis.mset("a", "1", "a", "2");
    assertEquals(redis.get("a"), "2");
    assertEquals(redis.ttl("a"), -1);
  });

  it("refuses a key without a value", () => {
    const { redis } = makeCommands();
    for (const args of [[], ["a"], ["a", "1", "b"], [[]], [{}], [new Map()]]) {
      assertReplyError(() => call(redis, "mset", ...args), MSET_ARITY);
      assertReplyError(() => call(redis, "msetnx", ...args), MSETNX_ARITY);
    }
    assertEquals(redis.dbsize(), 0);
  });

  it("stores all, or nothing if the keyspace is full", () => {
    const { redis, keyspace } = makeCommands();
    redis.setex("a", 10, "0");
    keyspace.capacity = 2;
    assertThrows(() => redis.mset("a", "1", "b", "2", "c", "3"), Error, "full");
    assertEquals(redis.keys("*"), ["a"]);
    assertEquals(redis.get("a"), "0");
    assertEquals(redis.ttl("a"), 10);
  });
});

describe("msetnx", () => {
  it("stores all or nothing", () => {
    const { redis } = makeCommands();
    redis.set("b", "0");
    assertEquals(redis.msetnx("a", "1", "b", "2", "c", "3"), 0);
    assertEquals(redis.mget("a", "b", "c"), [null, "0", null]);
    assertEquals(redis.msetnx({ a: "1", c: "3" }), 1);
    assertEquals(redis.mget("a", "b", "c"), ["1", "0", "3"]);
    assertEquals(redis.msetnx(new Map([["d", "4"]])), 1);
    assertEquals(redis.msetnx("e", "1", "e", "2"), 1);
    assertEquals(redis.get("e"), "2");
  });
});
