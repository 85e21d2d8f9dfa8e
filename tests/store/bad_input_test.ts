import { ExpiringStore } from "@mayfly/store";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ErrorClass } from "./_support.ts";
import {
  assertRefused,
  NO_DURATION,
  NO_NUMBERS,
  type Set,
} from "./_bad_input.ts";

/** How it shows where it could be a value in the wrong place: by its kind. */
function kindOf(value: unknown, quoted: string): string {
  const kinds = ["string", "boolean"];
  return kinds.includes(typeof value) ? `a ${typeof value}` : quoted;
}

/** A store of two entries, and all there is to see of it. */
function fill(): {
  store: ExpiringStore<string, number>;
  look(): unknown;
} {
  const removed: unknown[] = [];
  const store = new ExpiringStore<string, number>({
    ttl: 100,
    now: () => 1000,
    maxEntries: 2,
    onRemove: (...args) => removed.push(args),
  });
  store.set("a", 1).set("b", 2, 50);
  return {
    store,
    look: () => [
      [...store],
      store.expiresAt("a"),
      store.expiresAt("b"),
      store.stats(),
      removed,
    ],
  };
}

/** A call is refused for a key that is there and for one that is not, and changes nothing. */
function assertSetRefused(
  ttl: unknown,
  Failure: ErrorClass,
  name: string,
  quoted: string,
): void {
  const { store, look } = fill();
  const before = structuredClone(look());
  const set: Set = (ttl, key) => store.set(key, 9, ttl as number);
  for (const key of ["a", "c"]) {
    assertRefused(() => set(ttl, key), Failure, name, quoted);
    assertEquals(look(), before);
  }
  store[Symbol.dispose]();
}

describe("set", () => {
  for (const [value, quoted, Failure] of NO_DURATION) {
    // An object is where options are expected.
    if (typeof value === "object" && value !== null) continue;
    it(`is refused with the ttl ${quoted}`, () => {
      assertSetRefused(value, Failure, "ttl", kindOf(value, quoted));
    });
  }
  for (const [value, quoted, Failure] of NO_DURATION) {
    it(`is refused with the options' ttl ${quoted}`, () => {
      assertSetRefused({ ttl: value }, Failure, "ttl", quoted);
    });
  }
  for (const [value, quoted] of NO_NUMBERS) {
    it(`is refused with the expiresAt ${quoted}`, () => {
      assertSetRefused({ expiresAt: value }, TypeError, "expiresAt", quoted);
    });
    if (typeof value === "boolean") continue;
    it(`is refused with the keepTtl ${quoted}`, () => {
      assertSetRefused({ keepTtl: value }, TypeError, "keepTtl", quoted);
    });
  }
  for (const value of [NaN, -Infinity]) {
    it(`is refused with the expiresAt ${value}`, () => {
      assertSetRefused(
        { expiresAt: value },
        RangeError,
        "expiresAt",
        String(value),
      );
    });
  }

  const several = [
    { ttl: 5, expiresAt: 5000 },
    { ttl: 5, keepTtl: true },
    { expiresAt: 5000, keepTtl: true },
    { ttl: 5, expiresAt: 5000, keepTtl: true },
    { ttl: Infinity, expiresAt: Infinity },
    { ttl: 5, expiresAt: 0 },
  ];
  for (const options of several) {
    it(`is refused with more than one of the three: ${Object.entries(options)}`, () => {
      const { store, look } = fill();
      const before = structuredClone(look());
      for (const key of ["a", "c"]) {
        let failed: unknown;
        try {
          store.set(key, 9, options);
        } catch (error) {
          failed = error;
        }
        assertInstanceOf(failed, TypeError);
        assertEquals(look(), before);
      }
      store[Symbol.dispose]();
    });
  }
});

describe("touch", () => {
  for (const [value, quoted, Failure] of NO_DURATION) {
    it(`is refused with the ttl ${quoted}, whether the key is there or not`, () => {
      const { store, look } = fill();
      const before = structuredClone(look());
      for (const key of ["a", "b", "c"]) {
        assertRefused(
          () => store.touch(key, value as number),
          Failure,
          "ttl",
          kindOf(value, quoted),
        );
        assertEquals(look(), before);
      }
      store[Symbol.dispose]();
    });
  }
});

describe("getOrInsertComputed and forEach", () => {
  for (const [value, quoted] of [...NO_NUMBERS, [undefined, "undefined"]]) {
    if (typeof value === "function") continue;
    it(`are refused with the function ${quoted}`, () => {
      const { store, look } = fill();
      const before = structuredClone(look());
      for (const key of ["a", "c"]) {
        assertRefused(
          () => store.getOrInsertComputed(key, value as () => number),
          TypeError,
          "compute",
          kindOf(value, String(quoted)),
        );
      }
      assertRefused(
        () => store.forEach(value as () => void),
        TypeError,
        "callback",
        kindOf(value, String(quoted)),
      );
      assertEquals(look(), before);
      store[Symbol.dispose]();
    });
  }
});

describe("an error of the store", () => {
  it("never shows a value", () => {
    using store = new ExpiringStore<string, string>({
      maxEntries: 1,
      maxWeight: 3,
      weigh: (value) => value.length,
      eviction: "reject",
    });
    const calls = [
      () => store.set("k", "secret"),
      () => store.set("k", "sec", -1),
      () => store.set("k", "sec", { ttl: 1, expiresAt: 1 }),
      () => store.set("k", "sec", { expiresAt: NaN }),
      () => store.set("k", "sec").set("l", "sec"),
    ];
    for (const call of calls) {
      let error: unknown;
      try {
        call();
      } catch (thrown) {
        error = thrown;
      }
      assertInstanceOf(error, Error);
      assertEquals(error.message.includes('sec"'), false);
      assertEquals(error.message.includes("secret"), false);
    }
  });
});

describe("an error", () => {
  it("never shows what was to be stored, whatever argument it was given for", () => {
    using store = new ExpiringStore<string, unknown>();
    const wrong: unknown[] = [
      "hush",
      Symbol("hush"),
      0x68757368n,
      ["hush"],
      () => "hush",
    ];
    for (const secret of wrong) {
      for (
        const call of [
          () => store.set("a", 1, secret as number),
          () => store.touch("a", secret as number),
          () => store.getOrInsertComputed("b", secret as () => 1),
          () => store.forEach(secret as () => void),
        ]
      ) {
        try {
          call();
        } catch (error) {
          assertEquals(/hush|1752527720/.test((error as Error).message), false);
        }
      }
    }
  });
});
