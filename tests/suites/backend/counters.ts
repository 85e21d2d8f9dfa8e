/** Conformance: counters. */

import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { assertReplyError, assertTimeLeft, type GetBackend } from "./suite.ts";

const NOT_AN_INTEGER = "ERR value is not an integer or out of range";
const OVERFLOW = "ERR increment or decrement would overflow";
const LARGEST = "9223372036854775807";
const SMALLEST = "-9223372036854775808";

/** The commands that count. */
export function counterCommands(backend: GetBackend): void {
  describe("incr, decr, incrby, decrby", () => {
    it("begins at zero", async () => {
      assertEquals(await backend().incr("a"), 1);
      assertEquals(await backend().decr("b"), -1);
      assertEquals(await backend().incrby("c", 10), 10);
      assertEquals(await backend().decrby("c", 25), -15);
      assertEquals(await backend().get("c"), "-15");
    });

    it("does not change the TTL", async () => {
      await backend().setex("k", 1000, "5");
      assertEquals(await backend().incr("k"), 6);
      await assertTimeLeft(backend().ttl("k"), 1000);
    });

    it("is exact up to the ends of 64 bits", async () => {
      await backend().set("k", "9223372036854775806");
      await backend().incr("k");
      assertEquals(await backend().get("k"), LARGEST);
      await assertReplyError(() => backend().incr("k"), OVERFLOW);
      await backend().decr("k");
      assertEquals(await backend().get("k"), "9223372036854775806");
      await backend().set("k", "-9223372036854775807");
      await backend().decr("k");
      assertEquals(await backend().get("k"), SMALLEST);
      await assertReplyError(() => backend().decr("k"), OVERFLOW);
      await assertReplyError(() => backend().incrby("k", -1), OVERFLOW);
      assertEquals(await backend().get("k"), SMALLEST);
    });

    it("is exact past 2^53", async () => {
      await backend().set("k", "9007199254740993");
      await backend().incrby("k", 2);
      assertEquals(await backend().get("k"), "9007199254740995");
    });

    it("refuses a value that is not a whole number, and does not change it", async () => {
      const values = ["", "a", "1.0", " 1", "1 ", "+1", "01", "-0", "1e3"];
      for (const value of [...values, "9223372036854775808"]) {
        await backend().set("k", value);
        await assertReplyError(() => backend().incr("k"), NOT_AN_INTEGER);
        assertEquals(await backend().get("k"), value);
      }
      await assertReplyError(() => backend().incrby("n", 1.5), NOT_AN_INTEGER);
      assertEquals(await backend().get("n"), null);
    });
  });

  describe("incrbyfloat", () => {
    it("adds and formats as the server does", async () => {
      const sums: [string, string | number, string][] = [
        ["10.50", "0.1", "10.6"],
        ["10.50", 0.1, "10.6"],
        ["5.0e3", "2.0e2", "5200"],
        ["0.1", "0.2", "0.3"],
        ["3.0", "-3", "0"],
        ["1", "1e-17", "1.00000000000000001"],
        ["1e17", "0.5", "100000000000000000.5"],
        ["-1.5", -0.25, "-1.75"],
        [LARGEST, "1", "9223372036854775808"],
      ];
      for (const [value, increment, sum] of sums) {
        await backend().set("k", value);
        assertEquals(await backend().incrbyfloat("k", increment), sum);
        assertEquals(await backend().get("k"), sum);
      }
      assertEquals(await backend().incrbyfloat("new", "1.5"), "1.5");
    });

    it("refuses a value that is not a number", async () => {
      const message = "ERR value is not a valid float";
      await backend().set("k", "abc");
      await assertReplyError(() => backend().incrbyfloat("k", "1"), message);
      await backend().set("k", "1");
      await assertReplyError(() => backend().incrbyfloat("k", "x"), message);
      await assertReplyError(() => backend().incrbyfloat("k", "nan"), message);
      await assertReplyError(
        () => backend().incrbyfloat("k", "inf"),
        "ERR increment would produce NaN or Infinity",
      );
      assertEquals(await backend().get("k"), "1");
    });
  });
}
