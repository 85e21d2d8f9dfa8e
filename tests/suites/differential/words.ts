/**
 * The words that random commands are made of: few keys, so that commands meet,
 * and values, numbers and patterns from where mistakes are made.
 */

import fc from "fast-check";

/** Keys: few, some of them more often; multi-byte, special to globs, empty. */
export const key: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("a", "b", "c") },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...["", "é", "日本", "😀", "k:1", "k:2", "a*b", "[x]", "h?llo", "a\\b"],
      ...["^", "-", "]", "__proto__", "constructor", "a\nb", "A", "0"],
    ),
  },
);

const INT64_ENDS = [
  "9223372036854775807",
  "9223372036854775806",
  "-9223372036854775808",
  "-9223372036854775807",
];

const NOT_INTEGERS = [
  ...["", " ", "abc", "1.5", " 10", "10 ", "+1", "-0", "007", "1e3", "0x10"],
  ...["9223372036854775808", "-9223372036854775809", "é", "--1", "-", "1_0"],
  ...["18446744073709551616", "99999999999999999999999", "1\u00002", "１"],
];

const FLOATS = [
  ...["0.1", "0.2", "-0.3", "3.0e3", "5e-324", "1e-17", "1e-18", "-1.5e-7"],
  ...["1e17", "1e18", "1e19", "123456789.123456789", ".5", "5.", "1e308"],
  ...["0.00000000000000001", "3.14", "-3.140", "1e100", "100000000000000000.5"],
  ...["9007199254740993", "0.1000000000000000055511151231257827", "1.7e+10"],
];

const NOT_FLOATS = [
  ...["inf", "-inf", "+inf", "infinity", "nan", "1e", "e5", "1e5000", "1.2.3"],
  ...[" 1.5", "1.5 ", "0x1p-3", "1,5", "1e-6000", "+1.5", "1.5f", "Inf"],
];

/** Whole numbers that a counter can hold or take. */
export const integer: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -20, max: 20 }).map(String) },
  { weight: 3, arbitrary: fc.constantFrom(...INT64_ENDS) },
  {
    weight: 2,
    arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(
      String,
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom(...NOT_INTEGERS) },
);

/** Numbers as text, with a fraction or an exponent, and some that are none. */
export const float: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...FLOATS) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
      fc.integer({ min: 0, max: 18 }),
    ).map(([digits, exponent]) => `${digits}e-${exponent}`),
  },
  {
    weight: 2,
    arbitrary: fc.double({ min: -1e25, max: 1e25, noNaN: true }).map(String),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n }))
      .map(([digits]) => `${digits}.${String(digits).slice(-12)}`),
  },
  { weight: 2, arbitrary: integer },
  { weight: 1, arbitrary: fc.constantFrom(...NOT_FLOATS) },
);

/** Values: text of all kinds, numbers, the empty string. */
export const value: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...["", "hello", "é", "日本語", "😀", "\u0000", "a\u0000b", "\r\n", "�"],
      ...["x".repeat(50), "aéb", "ü".repeat(20), "\u007f\u0080", "\uffff"],
    ),
  },
  { weight: 3, arbitrary: integer },
  { weight: 2, arbitrary: float },
  {
    weight: 1,
    arbitrary: fc.string({ unit: "binary", maxLength: 12 }),
  },
);

/** What stands where something else should. None of it is a time to live. */
export const junk: fc.Arbitrary<string> = fc.constantFrom(
  ...["", "abc", "-1", "0", "1.5", " 10", "é", "9223372036854775808", "1e3"],
  ...["NX", "EX", "*", "a\r\nb", "a\u0000b", "%s", "x".repeat(300)],
);

/** Glob patterns, whole and broken. */
export const pattern: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "*",
      "",
      "**",
      "?",
      "a*",
      "*:*",
      "[",
      "\\",
      "??",
    ),
  },
  {
    weight: 3,
    arbitrary: fc.array(
      fc.constantFrom(
        ...["*", "?", "[", "]", "^", "-", "\\", "[^", "[a-c]", "[c-a]", "[^a]"],
        ...["a", "b", "k", ":", "1", "é", "x", "h", "[x]", "\\*", "\\[", "😀"],
        ...["[\\]]", "[a-", "[^]", "[]", "b]", "[é]", "[0-9]", "\n"],
      ),
      { maxLength: 5 },
    ).map((parts) => parts.join("")),
  },
);

/** Offsets into a value, from the front, from the end, and past both. */
export const offset: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -12, max: 12 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom(...INT64_ENDS) },
  { weight: 1, arbitrary: fc.constantFrom("-100", "100", "-0", "abc", "1.0") },
);

/** Where to write: no further than 120, or too far for any value. */
export const writeOffset: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -1, max: 12 }).map(String) },
  { weight: 1, arbitrary: fc.integer({ min: 13, max: 120 }).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...["536870912", "4294967296", "9223372036854775807", "-1", "abc"],
      ...["-9223372036854775808", "9223372036854775808", "", "0.5"],
    ),
  },
);

/** A word in upper case, lower case, both, or with an end that C cannot see. */
export function anyCase(word: string): fc.Arbitrary<string> {
  const mixed = word.slice(0, 1) + word.slice(1).toLowerCase();
  return fc.oneof(
    {
      weight: 30,
      arbitrary: fc.constantFrom(word, word.toLowerCase(), mixed),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(`${word}\u0000`, `${word}\u0000x`, `${word} `),
    },
  );
}
