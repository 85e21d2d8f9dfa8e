import {
  InMemoryStorage,
  isReplyError,
  ReplyError,
  StorageError,
} from "@mayfly/store";
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

/** An error as a client makes it of a server's answer. */
function answer(name: string, code?: string): Error {
  const error = new Error("WRONGTYPE Operation against a key");
  return Object.assign(error, { name }, code === undefined ? {} : { code });
}

describe("isReplyError", () => {
  it("is true for an error reply, with every client", () => {
    using storage = new InMemoryStorage();
    storage.set("k", "text");
    try {
      storage.incr("k");
    } catch (error) {
      assert(isReplyError(error));
    }
    assert(isReplyError(new ReplyError("ERR")));
    assert(isReplyError(answer("ReplyError"))); // ioredis, iovalkey
    assert(isReplyError(answer("RedisError", "ERR_REDIS_SERVER_ERROR"))); // Bun
  });

  it("is false for everything else", () => {
    const others = [
      ...[null, undefined, "ERR", 7, {}, { name: "ReplyError" }],
      ...[new TypeError("x"), new StorageError("unavailable", "x")],
      answer("RedisError", "ERR_REDIS_CONNECTION_CLOSED"),
      Object.assign(new Error("connect ECONNREFUSED"), {
        code: "ECONNREFUSED",
      }),
    ];
    for (const other of others) assertEquals(isReplyError(other), false);
  });
});
