import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { sha256, webSha256 } from "../../src/base/_sha256.ts";

describe("sha256", () => {
  it("gives the results of FIPS 180-4, by Node's crypto and by Web Crypto", async () => {
    const abc =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assertEquals(await sha256("abc"), abc);
    assertEquals(await webSha256("abc"), abc);
  });

  it("gives the same result for any text, by Node's crypto and by Web Crypto", async () => {
    for (const text of ["", "é€😀", "\0", "\ud800", "x".repeat(100_000)]) {
      assertEquals(await sha256(text), await webSha256(text));
    }
  });
});
