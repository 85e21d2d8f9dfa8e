import {
  checkFinite,
  checkPositive,
  checkType,
  kindOf,
  printable,
  quote,
  quoteNumber,
} from "../../src/base/_checks.ts";
import { readOptions } from "../../src/base/_options.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

describe("quote", () => {
  const shown: [unknown, string][] = [
    ["", '""'],
    ["a", '"a"'],
    ['say "a"', '"say \\"a\\""'],
    ["a\nb\0", '"a\\nb\\u0000"'],
    ["\x1b[2J", '"\\u001b[2J"'],
    ["\x7f\x9b", '"\\u007f\\u009b"'],
    ["\u2028\u202e\ufeff", '"\\u2028\\u202e\\ufeff"'],
    ["\ud800", '"\\ud800"'],
    ["é\u{1f469}\u200d\u{1f467}", '"é\u{1f469}\u200d\u{1f467}"'],
    [5, "5"],
    [-0, "-0"],
    [NaN, "NaN"],
    [true, "true"],
    [undefined, "undefined"],
    [null, "null"],
  ];
  for (const [value, expected] of shown) {
    it(`shows ${expected}`, () => assertEquals(quote(value), expected));
  }

  const kinds: [unknown, string][] = [
    [Symbol("secret"), "a symbol"],
    [Symbol.for("secret"), "a symbol"],
    [1234n, "a bigint"],
    [["secret"], "an array"],
    [{ secret: 1 }, "an object"],
    [new Map([["secret", 1]]), "an object"],
    [function secret() {}, "a function"],
    [class Secret {}, "a function"],
  ];
  for (const [value, expected] of kinds) {
    it(`shows only the type of ${expected}`, () => {
      assertEquals(quote(value), expected);
      assertEquals(kindOf(value), expected);
      assertEquals(quoteNumber(value), expected);
    });
  }
});

describe("kindOf and quoteNumber", () => {
  it("do not show a string, which may be in the wrong position", () => {
    assertEquals(kindOf("secret"), "a string");
    assertEquals(kindOf(5), "a number");
    assertEquals(kindOf(true), "a boolean");
    assertEquals(kindOf(undefined), "undefined");
    assertEquals(kindOf(null), "null");
    assertEquals(quoteNumber("secret"), "a string");
    assertEquals(quoteNumber(-5), "-5");
    assertEquals(quoteNumber(true), "a boolean");
  });

  it("are used by the checks of arguments", () => {
    const message = (check: () => void) =>
      (assertThrows(check, TypeError) as Error).message;
    const all = [
      message(() => checkPositive("a", "ttl", "secret", "b", quoteNumber)),
      message(() => checkFinite("a", "ttl", "secret", "b", quoteNumber)),
      message(() => checkType("a", "ttl", "secret", "function", kindOf)),
    ];
    for (const text of all) assertEquals(/received a string$/.test(text), true);
    assertThrows(
      () => checkPositive("a", "ttl", -1, "b", quoteNumber),
      RangeError,
      "received -1",
    );
  });
});

describe("printable", () => {
  it("escapes only control characters and line ends", () => {
    assertEquals(printable('thread:é C:\\x "q"'), 'thread:é C:\\x "q"');
    assertEquals(
      printable("a\r\nINFO forged\t\x1b]0;title\x07"),
      "a\\r\\nINFO forged\\t\\u001b]0;title\\u0007",
    );
    assertEquals(printable("\u202egnp.exe"), "\\u202egnp.exe");
    for (let code = 0; code < 0x100; code++) {
      const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
      const character = String.fromCharCode(code);
      assertEquals(printable(character) === character, !isControl);
    }
  });
});

interface Options {
  ttl?: number;
  sliding?: boolean;
}
const NAMES = ["ttl", "sliding"] as const;
const read = (options: unknown) =>
  readOptions<Options>("make it", options as Options, NAMES);

describe("readOptions", () => {
  it("reads own properties", () => {
    assertEquals({ ...read({ ttl: 5 }) }, { ttl: 5 });
    assertEquals({ ...read({ ttl: undefined }) }, { ttl: undefined });
    assertEquals({ ...read(undefined) }, {});
    assertEquals({ ...read(Object.create(null)) }, {});
  });

  it("ignores inherited properties, also of a polluted Object.prototype", () => {
    const prototype = Object.prototype as Options;
    prototype.ttl = 1;
    try {
      assertEquals(read({}).ttl, undefined);
      assertEquals(read(undefined).ttl, undefined);
      assertEquals(read({ sliding: true }).ttl, undefined);
    } finally {
      delete prototype.ttl;
    }
    assertEquals({ ...read(Object.create({ ttl: 5 })) }, {});
  });

  it("names an unknown option", () => {
    for (const name of ["TTL", "ttl ", "", "__proto__", "toString"]) {
      const options = JSON.parse(`{ ${JSON.stringify(name)}: 5 }`);
      assertThrows(
        () => read(options),
        TypeError,
        `Cannot make it: an option must be one of "ttl", "sliding": received ${
          JSON.stringify(name)
        }`,
      );
    }
  });

  const bad: [unknown, string][] = [
    [null, "null"],
    [5, "a number"],
    ["secret", "a string"],
    [true, "a boolean"],
    [5n, "a bigint"],
    [Symbol("secret"), "a symbol"],
    [() => {}, "a function"],
    [[["a", 1]], "an array"],
    [[], "an array"],
    [new Map([["ttl", 5]]), "an iterable object"],
    [new Set(), "an iterable object"],
  ];
  for (const [value, expected] of bad) {
    it(`refuses ${expected} in place of options`, () => {
      assertThrows(
        () => read(value),
        TypeError,
        `"options" must be an object of options: received ${expected}`,
      );
    });
  }
});
