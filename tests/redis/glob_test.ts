/** Glob patterns; the odd ones answer as redis-server 7.0.15 does. */

import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { globMatcher } from "../../src/redis/_glob.ts";

/** Asserts which texts a pattern matches and which it does not. */
function check(pattern: string, matches: string[], others: string[]): void {
  const isMatch = globMatcher(pattern);
  for (const text of matches) {
    assertEquals(isMatch(text), true, `"${pattern}" and "${text}"`);
  }
  for (const text of others) {
    assertEquals(isMatch(text), false, `"${pattern}" and "${text}"`);
  }
}

describe("glob", () => {
  it("* is any bytes", () => {
    check("*", ["", "a", "é"], []);
    check("a*", ["a", "ab"], ["", "ba"]);
    check("*a*b", ["ab", "xaxbb", "aab"], ["a", "ba", "abc"]);
    check("a**c***", ["ac", "abc", "abcd"], ["ab"]);
  });

  it("several stars do not match an empty rest where one would", () => {
    check("**", ["a"], [""]);
    check("a*", ["a"], []);
  });

  it("? is one byte", () => {
    check("?", ["a", "?"], ["", "ab", "é"]);
    check("??", ["é", "ab"], ["日", "a"]);
    check("a?c", ["abc"], ["ac", "aéc"]);
  });

  it("a class matches one of its bytes", () => {
    check("[abc]", ["a", "c"], ["d", "ab", ""]);
    check("[^a]", ["b", "^"], ["a", "", "bb"]);
    check("[a-c]x", ["ax", "bx", "cx"], ["dx", "-x"]);
    check("[c-a]", ["a", "b", "c"], ["d", "-"]);
    check("[a-]", ["a"], ["b"]);
    check("[-a]", ["-", "a"], ["b"]);
    check("[]a]", [], ["]", "a"]);
    check("[]", [], ["", "a", "[]"]);
    check("[^]", ["a", "]"], ["", "ab"]);
    check("[[]a]", ["[a]"], ["a]"]);
  });

  it("a class compares bytes, as signed in a range", () => {
    check("[é]", [], ["é", "e"]);
    check("[é][é]", ["é"], ["ee"]);
    check("[\x01-é]*", ["\x01a", "éa", "\u{10ffff}a"], ["a", "\x02a"]);
  });

  it("a backslash escapes the next byte", () => {
    check("\\*", ["*"], ["a", "\\*"]);
    check("a\\?", ["a?"], ["ab"]);
    check("\\a", ["a"], ["\\a"]);
    check("[\\]]", ["]"], ["\\"]);
    check("[\\a-c]", ["a", "-", "c"], ["b", "\\"]);
    check("a\\", ["a\\"], ["a"]);
    check("\\", ["\\"], [""]);
  });

  it("an unclosed class ends with the pattern", () => {
    check("[ab", ["a", "b"], ["[ab", "ab", "["]);
    check("[a-", ["a", "-"], ["b", "["]);
    check("[a-c", ["a", "b", "c"], ["d", "-"]);
    check("[a-]", ["a"], ["b", "["]);
    check("[^", ["a", "^"], ["", "ab"]);
    check("[^a", ["b"], ["a"]);
    check("[", [], ["[", "a", ""]);
    check("[\\", ["\\"], ["a"]);
  });

  it("is fast with many stars", () => {
    const started = Date.now();
    check("*a".repeat(200) + "b", [], ["a".repeat(20_000)]);
    assertEquals(Date.now() - started < 5_000, true);
  });
});
