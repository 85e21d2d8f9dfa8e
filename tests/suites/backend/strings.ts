/** Conformance: setting and getting values. */

import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  allKeys,
  assertReplyError,
  assertTimeLeft,
  type GetBackend,
} from "./suite.ts";

const FAR = 4_102_444_800;

/** The commands that set and get whole values. */
export function stringCommands(backend: GetBackend): void {
  describe("set and get", () => {
    it("keeps any text", async () => {
      const texts = [
        "",
        "a",
        "é",
        "日本語",
        "😀",
        "\0",
        "\r\n",
        '{"a":1}',
        " x ",
      ];
      for (const text of texts) {
        assertEquals(await backend().set(`key ${text}`, text), "OK");
        assertEquals(await backend().get(`key ${text}`), text);
      }
    });

    it("accepts any text as a key", async () => {
      const keys = ["", "__proto__", "constructor", "toString", "0", "a b"];
      for (const key of keys) assertEquals(await backend().get(key), null);
      for (const key of keys) await backend().set(key, `of ${key}`);
      for (const key of keys) {
        assertEquals(await backend().get(key), `of ${key}`);
      }
    });

    it("returns null for an absent key", async () => {
      assertEquals(await backend().get("none"), null);
    });

    it("keeps a value of a megabyte", async () => {
      const text = "0123456789é".repeat(100_000);
      await backend().set("big", text);
      assertEquals(await backend().get("big") === text, true);
    });
  });

  describe("set with options", () => {
    it("accepts each unit of time", async () => {
      assertEquals(await backend().set("k", "v", "EX", 1000), "OK");
      await assertTimeLeft(backend().ttl("k"), 1000);
      assertEquals(await backend().set("k", "v", "PX", 2_000_000), "OK");
      await assertTimeLeft(backend().pttl("k"), 2_000_000, "ms");
      assertEquals(await backend().set("k", "v", "EXAT", FAR), "OK");
      assertEquals(await backend().expiretime("k"), FAR);
      assertEquals(await backend().set("k", "v", "PXAT", FAR * 1000 + 7), "OK");
      assertEquals(await backend().pexpiretime("k"), FAR * 1000 + 7);
    });

    it("removes the deadline without KEEPTTL", async () => {
      await backend().set("k", "1", "EXAT", FAR);
      assertEquals(await backend().set("k", "2", "KEEPTTL"), "OK");
      assertEquals(await backend().expiretime("k"), FAR);
      await backend().set("k", "3");
      assertEquals(await backend().ttl("k"), -1);
    });

    it("sets with NX only an absent key", async () => {
      assertEquals(await backend().set("k", "1", "NX"), "OK");
      assertEquals(await backend().set("k", "2", "NX"), null);
      assertEquals(await backend().get("k"), "1");
    });

    it("sets with XX only an existing key", async () => {
      assertEquals(await backend().set("k", "1", "XX"), null);
      assertEquals(await backend().get("k"), null);
      await backend().set("k", "1");
      assertEquals(await backend().set("k", "2", "XX"), "OK");
      assertEquals(await backend().get("k"), "2");
    });

    it("returns the old value with GET", async () => {
      assertEquals(await backend().set("k", "1", "GET"), null);
      assertEquals(await backend().set("k", "2", "GET"), "1");
      assertEquals(await backend().set("k", "3", "NX", "GET"), "2");
      assertEquals(await backend().get("k"), "2");
      assertEquals(await backend().set("k", "4", "XX", "GET"), "2");
      assertEquals(await backend().get("k"), "4");
      assertEquals(await backend().set("none", "1", "XX", "GET"), null);
      assertEquals(await backend().set("none", "1", "NX", "GET"), null);
      assertEquals(await backend().get("none"), "1");
    });

    it("combines a time with the other options", async () => {
      assertEquals(await backend().set("k", "1", "EX", "1000", "NX"), "OK");
      assertEquals(await backend().set("k", "2", "EX", "9000", "NX"), null);
      await assertTimeLeft(backend().ttl("k"), 1000);
      assertEquals(await backend().set("k", "2", "PX", "5000000", "XX"), "OK");
      await assertTimeLeft(backend().ttl("k"), 5000);
      const at = String(FAR);
      assertEquals(await backend().set("k", "3", "EXAT", at, "GET"), "2");
      assertEquals(await backend().expiretime("k"), FAR);
      const ms = `${FAR}001`;
      assertEquals(await backend().set("k", "4", "PXAT", ms, "XX", "GET"), "3");
      assertEquals(await backend().pexpiretime("k"), FAR * 1000 + 1);
      assertEquals(await backend().set("k", "5", "EX", "9", "NX", "GET"), "4");
      assertEquals(await backend().pexpiretime("k"), FAR * 1000 + 1);
    });

    it("combines KEEPTTL with the other options", async () => {
      assertEquals(await backend().set("k", "1", "KEEPTTL", "NX"), "OK");
      assertEquals(await backend().ttl("k"), -1);
      await backend().expireat("k", FAR);
      assertEquals(await backend().set("k", "2", "KEEPTTL", "NX"), null);
      assertEquals(await backend().set("k", "2", "KEEPTTL", "XX"), "OK");
      assertEquals(await backend().set("k", "3", "KEEPTTL", "GET"), "2");
      assertEquals(await backend().set("k", "4", "KEEPTTL", "NX", "GET"), "3");
      assertEquals(await backend().set("k", "5", "KEEPTTL", "XX", "GET"), "3");
      assertEquals(await backend().get("k"), "5");
      assertEquals(await backend().expiretime("k"), FAR);
    });

    it("refuses an invalid time and changes nothing", async () => {
      await backend().set("k", "v", "EXAT", FAR);
      const invalid = "ERR invalid expire time in 'set' command";
      await assertReplyError(() => backend().set("k", "w", "EX", 0), invalid);
      await assertReplyError(() => backend().set("k", "w", "PX", -1), invalid);
      await assertReplyError(
        () => backend().set("k", "w", "EX", 1.5),
        "ERR value is not an integer or out of range",
      );
      assertEquals(await backend().get("k"), "v");
      assertEquals(await backend().expiretime("k"), FAR);
    });

    it("removes the key if the deadline is past", async () => {
      await backend().set("k", "v");
      assertEquals(await backend().set("k", "w", "EXAT", 1), "OK");
      assertEquals(await backend().get("k"), null);
      assertEquals(await allKeys(backend()), []);
    });
  });

  describe("setex, psetex, setnx, getset, getdel", () => {
    it("sets a value that expires", async () => {
      assertEquals(await backend().setex("k", 1000, "v"), "OK");
      await assertTimeLeft(backend().ttl("k"), 1000);
      assertEquals(await backend().psetex("k", 2_000_000, "w"), "OK");
      await assertTimeLeft(backend().pttl("k"), 2_000_000, "ms");
      assertEquals(await backend().get("k"), "w");
    });

    it("refuses a TTL that is not positive", async () => {
      await assertReplyError(
        () => backend().setex("k", 0, "v"),
        "ERR invalid expire time in 'setex' command",
      );
      await assertReplyError(
        () => backend().psetex("k", -5, "v"),
        "ERR invalid expire time in 'psetex' command",
      );
      assertEquals(await backend().get("k"), null);
    });

    it("sets with setnx only an absent key", async () => {
      assertEquals(await backend().setnx("k", "1"), 1);
      assertEquals(await backend().setnx("k", "2"), 0);
      assertEquals(await backend().get("k"), "1");
    });

    it("swaps values with getset and removes the deadline", async () => {
      assertEquals(await backend().getset("k", "1"), null);
      await backend().expire("k", 1000);
      assertEquals(await backend().getset("k", "2"), "1");
      assertEquals(await backend().get("k"), "2");
      assertEquals(await backend().ttl("k"), -1);
    });

    it("reads and removes with getdel", async () => {
      await backend().set("k", "v");
      assertEquals(await backend().getdel("k"), "v");
      assertEquals(await backend().getdel("k"), null);
    });
  });

  describe("getex", () => {
    it("does not change the deadline without options", async () => {
      await backend().set("k", "v", "EXAT", FAR);
      assertEquals(await backend().getex("k"), "v");
      assertEquals(await backend().expiretime("k"), FAR);
    });

    it("sets a new deadline in each unit, or none", async () => {
      await backend().set("k", "v");
      assertEquals(await backend().getex("k", "EX", 1000), "v");
      await assertTimeLeft(backend().ttl("k"), 1000);
      assertEquals(await backend().getex("k", "PX", 2_000_000), "v");
      await assertTimeLeft(backend().ttl("k"), 2000);
      assertEquals(await backend().getex("k", "EXAT", FAR), "v");
      assertEquals(await backend().expiretime("k"), FAR);
      assertEquals(await backend().getex("k", "PXAT", FAR * 1000 + 3), "v");
      assertEquals(await backend().pexpiretime("k"), FAR * 1000 + 3);
      assertEquals(await backend().getex("k", "PERSIST"), "v");
      assertEquals(await backend().ttl("k"), -1);
    });

    it("removes the key if the deadline is past", async () => {
      await backend().set("k", "v");
      assertEquals(await backend().getex("k", "PXAT", 1), "v");
      assertEquals(await backend().get("k"), null);
    });

    it("returns null for an absent key", async () => {
      assertEquals(await backend().getex("none"), null);
      assertEquals(await backend().getex("none", "EX", 10), null);
    });

    it("refuses an invalid time", async () => {
      await backend().set("k", "v");
      await assertReplyError(
        () => backend().getex("k", "EX", 0),
        "ERR invalid expire time in 'getex' command",
      );
    });
  });

  describe("mset, msetnx, mget", () => {
    it("sets and gets several values", async () => {
      assertEquals(await backend().mset("a", "1", "b", "2", "a", "3"), "OK");
      assertEquals(await backend().mget("b", "none", "a", "b"), [
        ...["2", null, "3", "2"],
      ]);
    });

    it("removes the deadlines", async () => {
      await backend().setex("a", 1000, "1");
      await backend().mset("a", "2");
      assertEquals(await backend().ttl("a"), -1);
    });

    it("sets all or nothing with msetnx", async () => {
      assertEquals(await backend().msetnx("a", "1", "b", "2"), 1);
      assertEquals(await backend().msetnx("c", "3", "a", "9"), 0);
      assertEquals(await backend().mget("a", "b", "c"), ["1", "2", null]);
    });

    it("refuses a key without a value", async () => {
      await assertReplyError(
        () => backend().mset("a", "1", "b"),
        "ERR wrong number of arguments for 'mset' command",
      );
      await assertReplyError(
        () => backend().msetnx("a", "1", "b"),
        "ERR wrong number of arguments for 'msetnx' command",
      );
      assertEquals(await allKeys(backend()), []);
    });
  });
}
