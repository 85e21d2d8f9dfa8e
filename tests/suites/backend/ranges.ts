/** Conformance: parts of values, counted in bytes. */

import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  allKeys,
  assertReplyError,
  assertTimeLeft,
  type GetBackend,
} from "./suite.ts";

/** The commands that see a value as bytes. */
export function rangeCommands(backend: GetBackend): void {
  describe("append and strlen", () => {
    it("counts bytes", async () => {
      assertEquals(await backend().append("k", "é"), 2);
      assertEquals(await backend().append("k", "日本"), 8);
      assertEquals(await backend().append("k", "😀"), 12);
      assertEquals(await backend().append("k", ""), 12);
      assertEquals(await backend().strlen("k"), 12);
      assertEquals(await backend().get("k"), "é日本😀");
      assertEquals(await backend().strlen("none"), 0);
    });

    it("does not change the TTL", async () => {
      await backend().setex("k", 1000, "a");
      await backend().append("k", "b");
      await assertTimeLeft(backend().ttl("k"), 1000);
    });
  });

  describe("getrange", () => {
    it("counts both offsets from the start or from the end", async () => {
      await backend().set("k", "This is a string");
      const ranges: [number, number, string][] = [
        [0, 3, "This"],
        [-3, -1, "ing"],
        [0, -1, "This is a string"],
        [10, 100, "string"],
        [-100, 3, "This"],
        [5, 3, ""],
        [-1, -3, ""],
        [100, 200, ""],
        [-100, -99, "T"],
        [0, -100, "T"],
      ];
      for (const [start, end, part] of ranges) {
        assertEquals(await backend().getrange("k", start, end), part);
      }
      assertEquals(await backend().getrange("none", 0, -1), "");
    });

    it("counts bytes", async () => {
      await backend().set("k", "aéb");
      assertEquals(await backend().getrange("k", 1, 2), "é");
      assertEquals(await backend().getrange("k", 3, 3), "b");
    });

    it("shows half a character as U+FFFD", async () => {
      await backend().set("k", "é");
      assertEquals(await backend().getrange("k", 0, 0), "\ufffd");
    });
  });

  describe("setrange", () => {
    it("overwrites the value and pads it with zeros", async () => {
      await backend().set("k", "Hello World");
      assertEquals(await backend().setrange("k", 6, "Redis"), 11);
      assertEquals(await backend().get("k"), "Hello Redis");
      assertEquals(await backend().setrange("k", 12, "!"), 13);
      assertEquals(await backend().get("k"), "Hello Redis\0!");
      assertEquals(await backend().setrange("new", 2, "x"), 3);
      assertEquals(await backend().get("new"), "\0\0x");
    });

    it("creates no key for an empty value", async () => {
      assertEquals(await backend().setrange("none", 5, ""), 0);
      assertEquals(await allKeys(backend()), []);
      await backend().set("k", "abc");
      assertEquals(await backend().setrange("k", 50, ""), 3);
    });

    it("joins the bytes of a character", async () => {
      await backend().set("k", "é");
      await backend().setrange("k", 0, "a");
      assertEquals(await backend().get("k"), "a\ufffd");
      assertEquals(await backend().strlen("k"), 2);
      await backend().set("other", "ü-");
      await backend().setrange("other", 2, "é");
      assertEquals(await backend().get("other"), "üé");
    });

    it("refuses an offset beyond the maximum length", async () => {
      await assertReplyError(
        () => backend().setrange("k", -1, "v"),
        "ERR offset is out of range",
      );
      await assertReplyError(
        () => backend().setrange("k", 536_870_912, "v"),
        "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
      );
      assertEquals(await allKeys(backend()), []);
    });
  });
}
