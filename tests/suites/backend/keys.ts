/** Conformance: keys as such. */

import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { allKeys, assertReplyError, type GetBackend } from "./suite.ts";

const FAR = 4_102_444_800;

/** The commands that do not look at the value. */
export function keyCommands(backend: GetBackend): void {
  describe("del, unlink, exists, touch", () => {
    it("removes keys and counts those that existed", async () => {
      await backend().mset("a", "1", "b", "2", "c", "3", "d", "4");
      assertEquals(await backend().del("a", "none", "a", "b"), 2);
      assertEquals(await backend().unlink("c", "c"), 1);
      assertEquals(await backend().unlink("none"), 0);
      assertEquals(await allKeys(backend()), ["d"]);
    });

    it("tells whether a key exists", async () => {
      await backend().set("a", "");
      assert(await backend().exists("a"));
      assert(!(await backend().exists("none")));
    });

    it("touches keys and counts those that exist", async () => {
      await backend().mset("a", "1", "b", "2");
      await backend().expireat("a", FAR);
      assertEquals(await backend().touch("a", "b", "none", "a"), 3);
      assertEquals(await backend().expiretime("a"), FAR);
    });
  });

  describe("rename and renamenx", () => {
    it("moves the value and the deadline, and replaces an existing key", async () => {
      await backend().set("a", "1", "EXAT", FAR);
      await backend().set("b", "2", "EX", 1000);
      assertEquals(await backend().rename("a", "b"), "OK");
      assertEquals(await backend().mget("a", "b"), [null, "1"]);
      assertEquals(await backend().expiretime("b"), FAR);
      await backend().set("c", "3");
      assertEquals(await backend().rename("c", "b"), "OK");
      assertEquals(await backend().ttl("b"), -1);
    });

    it("accepts the same name twice", async () => {
      await backend().set("a", "1", "EXAT", FAR);
      assertEquals(await backend().rename("a", "a"), "OK");
      assertEquals(await backend().renamenx("a", "a"), 0);
      assertEquals(await backend().get("a"), "1");
      assertEquals(await backend().expiretime("a"), FAR);
    });

    it("renames with renamenx only if no key has the new name", async () => {
      await backend().mset("a", "1", "b", "2");
      assertEquals(await backend().renamenx("a", "b"), 0);
      assertEquals(await backend().renamenx("a", "c"), 1);
      assertEquals(await backend().mget("a", "b", "c"), [null, "2", "1"]);
    });

    it("refuses an absent key", async () => {
      const message = "ERR no such key";
      await assertReplyError(() => backend().rename("none", "a"), message);
      await assertReplyError(() => backend().renamenx("none", "a"), message);
    });
  });

  describe("copy", () => {
    it("copies the value and the deadline to an absent key", async () => {
      await backend().set("a", "1", "EXAT", FAR);
      assertEquals(await backend().copy("a", "b"), 1);
      assertEquals(await backend().get("b"), "1");
      assertEquals(await backend().expiretime("b"), FAR);
      assertEquals(await backend().copy("none", "c"), 0);
    });

    it("replaces an existing key only with REPLACE", async () => {
      await backend().set("a", "1");
      await backend().set("b", "2", "EXAT", FAR);
      assertEquals(await backend().copy("a", "b"), 0);
      assertEquals(await backend().get("b"), "2");
      assertEquals(await backend().copy("a", "b", "REPLACE"), 1);
      assertEquals(await backend().get("b"), "1");
      assertEquals(await backend().ttl("b"), -1);
    });

    it("refuses to copy a key onto itself", async () => {
      await backend().set("a", "1");
      await assertReplyError(
        () => backend().copy("a", "a"),
        "ERR source and destination objects are the same",
      );
    });
  });

  describe("type", () => {
    it("returns the type of a key", async () => {
      await backend().set("a", "1");
      assertEquals(await backend().type("a"), "string");
      assertEquals(await backend().type("none"), "none");
    });
  });
}
