/** Glob patterns. A malformed pattern matches what it matches on the server. */

import { toByteString } from "./_values.ts";

/**
 * Compiles a pattern of `*`, `?`, `[abc]`, `[^a]`, `[a-c]` and `\`. It matches UTF-8 bytes, so `?`
 * is one byte.
 *
 * @param pattern The pattern.
 * @returns A function that tells whether a text matches.
 */
export function globMatcher(pattern: string): (text: string) => boolean {
  // "*" is the only pattern that also matches the empty text.
  if (pattern === "*") return () => true;
  const bytes = toByteString(pattern);
  return (text) => matches(bytes, toByteString(text));
}

function matches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  // Where to continue when the rest does not match: after the last star, one byte
  // later in the text. An earlier star never needs another try.
  let afterStar = -1;
  let retry = 0;
  while (true) {
    if (t < text.length && p < pattern.length) {
      if (pattern[p] === "*") {
        p = skipStars(pattern, p);
        if (p === pattern.length) return true;
        afterStar = p;
        retry = t;
        continue;
      }
      const next = matchOne(pattern, p, text.charCodeAt(t));
      if (next >= 0) {
        p = next;
        // Stars at the end match the empty rest, but only after a byte that matched.
        if (++t === text.length) p = skipStars(pattern, p);
        continue;
      }
    } else if (t === text.length && p === pattern.length) {
      return true;
    }
    if (afterStar < 0 || ++retry >= text.length) return false;
    p = afterStar;
    t = retry;
  }
}

function skipStars(pattern: string, p: number): number {
  while (pattern[p] === "*") p++;
  return p;
}

/** The index after the next part of the pattern if that matches a byte, else -1. */
function matchOne(pattern: string, p: number, byte: number): number {
  switch (pattern[p]) {
    case "?":
      return p + 1;
    case "[":
      return matchClass(pattern, p + 1, byte);
    case "\\":
      if (p + 1 < pattern.length) p++;
  }
  return pattern.charCodeAt(p) === byte ? p + 1 : -1;
}

/** Like `matchOne`, for a class after its opening bracket. The closing one may be missing. */
function matchClass(pattern: string, p: number, byte: number): number {
  const negated = pattern[p] === "^";
  if (negated) p++;
  let found = false;
  for (; p < pattern.length && pattern[p] !== "]"; p++) {
    if (pattern[p] === "\\" && p + 1 < pattern.length) {
      p++;
      found ||= pattern.charCodeAt(p) === byte;
    } else if (pattern[p + 1] === "-" && p + 2 < pattern.length) {
      found ||= isBetween(
        signed(pattern.charCodeAt(p)),
        signed(pattern.charCodeAt(p + 2)),
        signed(byte),
      );
      p += 2;
    } else {
      found ||= pattern.charCodeAt(p) === byte;
    }
  }
  return found === negated ? -1 : Math.min(p + 1, pattern.length);
}

/** Ranges compare bytes as signed; their ends may come in either order. */
function isBetween(a: number, b: number, byte: number): boolean {
  return a <= b ? a <= byte && byte <= b : b <= byte && byte <= a;
}

function signed(byte: number): number {
  return byte << 24 >> 24;
}
