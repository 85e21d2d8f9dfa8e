import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { sha256, webSha256 } from "../../src/base/_sha256.ts";

describe("sha256", () => {
  it("is what FIPS 180-4 says, by either way", async () => {
    const abc =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assertEquals(await sha256("abc"), abc);
    assertEquals(await webSha256("abc"), abc);
  });

  it("is the same by either way for any text", async () => {
    for (const text of ["", "é€😀", "\0", "\ud800", "x".repeat(100_000)]) {
      assertEquals(await sha256(text), await webSha256(text));
    }
  });
});
