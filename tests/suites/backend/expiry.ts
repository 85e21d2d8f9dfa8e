/** Conformance: times to live and deadlines. */

import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  allKeys,
  assertReplyError,
  assertTimeLeft,
  delay,
  type GetBackend,
} from "./suite.ts";

const FAR = 4_102_444_800;

/** The commands that give a key its time, and tell it. */
export function expiryCommands(backend: GetBackend): void {
  describe("expire, pexpire, expireat and pexpireat", () => {
    it("sets the TTL or deadline in each unit", async () => {
      await backend().set("k", "v");
      assertEquals(await backend().expire("k", 1000), 1);
      await assertTimeLeft(backend().ttl("k"), 1000);
      assertEquals(await backend().pexpire("k", 2_000_000), 1);
      await assertTimeLeft(backend().pttl("k"), 2_000_000, "ms");
      assertEquals(await backend().expireat("k", FAR), 1);
      assertEquals(await backend().pexpiretime("k"), FAR * 1000);
      assertEquals(await backend().pexpireat("k", FAR * 1000 + 5), 1);
      assertEquals(await backend().pexpiretime("k"), FAR * 1000 + 5);
      assertEquals(await backend().get("k"), "v");
    });

    it("returns 0 for an absent key", async () => {
      assertEquals(await backend().expire("none", 10), 0);
      assertEquals(await backend().pexpire("none", 10), 0);
      assertEquals(await backend().expireat("none", FAR), 0);
      assertEquals(await backend().pexpireat("none", FAR), 0);
      assertEquals(await backend().persist("none"), 0);
    });

    it("removes the key if the time is past", async () => {
      const ends = [
        () => backend().expire("k", 0),
        () => backend().pexpire("k", -1),
        () => backend().expireat("k", 1),
        () => backend().pexpireat("k", -1),
      ];
      for (const end of ends) {
        await backend().set("k", "v");
        assertEquals(await end(), 1);
        assertEquals(await backend().get("k"), null);
        assertEquals(await allKeys(backend()), []);
      }
    });

    it("refuses a time that is out of range", async () => {
      await backend().set("k", "v");
      await assertReplyError(
        () => backend().expireat("k", 9_223_372_036_854_776),
        "ERR invalid expire time in 'expireat' command",
      );
      await assertReplyError(
        () => backend().pexpire("k", 1.5),
        "ERR value is not an integer or out of range",
      );
      assertEquals(await backend().ttl("k"), -1);
    });
  });

  describe("ttl, pttl, expiretime and pexpiretime", () => {
    it("returns -2 for an absent key, -1 for one that never expires", async () => {
      await backend().set("k", "v");
      for (
        const name of ["ttl", "pttl", "expiretime", "pexpiretime"] as const
      ) {
        assertEquals(await backend()[name]("none"), -2);
        assertEquals(await backend()[name]("k"), -1);
      }
    });

    it("rounds half up to seconds", async () => {
      await backend().set("k", "v");
      await backend().pexpireat("k", FAR * 1000 + 499);
      assertEquals(await backend().expiretime("k"), FAR);
      await backend().pexpireat("k", FAR * 1000 + 500);
      assertEquals(await backend().expiretime("k"), FAR + 1);
    });

    it("shows ttl and pttl of the same deadline", async () => {
      await backend().set("k", "v", "PX", 5_000_400);
      const [pttl, ttl] = [
        await backend().pttl("k"),
        await backend().ttl("k"),
      ];
      assert(Math.abs(ttl * 1000 - pttl) < 10_000, `${ttl} s, ${pttl} ms`);
    });
  });

  describe("persist", () => {
    it("removes the deadline", async () => {
      await backend().setex("k", 10, "v");
      assertEquals(await backend().persist("k"), 1);
      assertEquals(await backend().persist("k"), 0);
      assertEquals(await backend().ttl("k"), -1);
    });
  });

  describe("an expired key", () => {
    it("is absent for every command that reads", async () => {
      await backend().psetex("k", 20, "v");
      await backend().set("other", "w");
      await delay(60);
      assertEquals(await backend().get("k"), null);
      assertEquals(await backend().mget("k", "other"), [null, "w"]);
      assertEquals(!(await backend().exists("k")), true);
      assertEquals(await backend().ttl("k"), -2);
      assertEquals(await backend().strlen("k"), 0);
      assertEquals(await backend().type("k"), "none");
      assertEquals(await allKeys(backend()), ["other"]);
    });

    it("is absent for every command that writes", async () => {
      await backend().psetex("a", 20, "1");
      await backend().psetex("b", 20, "1");
      await backend().psetex("c", 20, "1");
      await backend().psetex("d", 20, "1");
      await delay(60);
      assertEquals(await backend().incr("a"), 1);
      assertEquals(await backend().ttl("a"), -1);
      assertEquals(await backend().append("b", "x"), 1);
      assertEquals(await backend().setnx("c", "2"), 1);
      assertEquals(await backend().del("d"), 0);
      await assertReplyError(
        () => backend().rename("d", "e"),
        "ERR no such key",
      );
    });
  });
}
