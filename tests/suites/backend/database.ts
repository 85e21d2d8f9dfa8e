/** Conformance: the database as a whole. A client of a cluster asks one node of it. */

import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { delay, type GetBackend } from "./suite.ts";

/** The commands that look at all keys. */
export function databaseCommands(backend: GetBackend): void {
  describe("randomkey, dbsize, flushdb, flushall", () => {
    it("returns a random key", async () => {
      assertEquals(await backend().randomkey(), null);
      await backend().mset("a", "1", "b", "2");
      const found = new Set<string | null>();
      for (let i = 0; i < 200 && found.size < 2; i++) {
        found.add(await backend().randomkey());
      }
      assertEquals([...found].sort(), ["a", "b"]);
    });

    it("counts keys and removes all keys", async () => {
      const removals = [
        () => backend().flushdb(),
        () => backend().flushdb("SYNC"),
        () => backend().flushdb("ASYNC"),
        () => backend().flushall(),
        () => backend().flushall("SYNC"),
        () => backend().flushall("ASYNC"),
      ];
      for (const removeAll of removals) {
        await backend().mset("a", "1", "b", "2");
        await backend().expire("a", 1000);
        assertEquals(await backend().dbsize(), 2);
        assertEquals(await removeAll(), "OK");
        assertEquals(await backend().dbsize(), 0);
        assertEquals(await backend().get("a"), null);
      }
    });

    it("does not see an expired key", async () => {
      await backend().psetex("k", 20, "v");
      await backend().set("other", "w");
      await delay(60);
      assertEquals(await backend().keys("*"), ["other"]);
      assertEquals(await backend().scan(0), ["0", ["other"]]);
      assertEquals(await backend().randomkey(), "other");
    });
  });
}
