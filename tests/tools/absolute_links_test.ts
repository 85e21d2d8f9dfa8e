import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { withAbsoluteLinks } from "./absolute_links.ts";

describe("the README outside of the repository", () => {
  it("has absolute links and pictures, and does not change other links", () => {
    assertEquals(
      withAbsoluteLinks(
        '[a](docs/a.md#b) [c](https://c.example) [d](#d) <img src="e.svg" srcset="f.svg">',
        "owner/name",
      ),
      "[a](https://github.com/owner/name/blob/HEAD/docs/a.md#b) [c](https://c.example) [d](#d) " +
        '<img src="https://github.com/owner/name/raw/HEAD/e.svg" srcset="https://github.com/owner/name/raw/HEAD/f.svg">',
    );
  });
});
