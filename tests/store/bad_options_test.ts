import {
  ExpiringStore,
  type ExpiringStoreOptions,
  type SetOptions,
} from "@mayfly/store";
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  assertRefused,
  NO_DURATION,
  NO_NUMBERS,
  type Set,
} from "./_bad_input.ts";

type Options = Partial<
  Record<keyof ExpiringStoreOptions<string, number>, unknown>
>;

function make(options: Options): ExpiringStore<string, number> {
  return new ExpiringStore(options as ExpiringStoreOptions<string, number>);
}

describe("making a store", () => {
  for (const name of ["ttl", "maxAge", "sweepInterval"] as const) {
    for (const [value, quoted, Failure] of NO_DURATION) {
      it(`is refused with the ${name} ${quoted}`, () => {
        assertRefused(() => make({ [name]: value }), Failure, name, quoted);
      });
    }

    it(`takes any positive ${name}, and undefined for the default`, () => {
      for (const value of [Number.MIN_VALUE, 0.5, 1, 1e300, Infinity]) {
        make({ [name]: value })[Symbol.dispose]();
      }
      make({ [name]: undefined })[Symbol.dispose]();
    });
  }

  for (const [value, quoted] of NO_NUMBERS) {
    if (typeof value !== "boolean") {
      it(`is refused with the sliding ${quoted}`, () => {
        assertRefused(
          () => make({ sliding: value }),
          TypeError,
          "sliding",
          quoted,
        );
      });
    }
    if (typeof value === "function") continue;
    for (const name of ["onRemove", "onError", "now", "weigh"] as const) {
      it(`is refused with the ${name} ${quoted}`, () => {
        assertRefused(
          () => make({ [name]: value, maxWeight: 5 }),
          TypeError,
          name,
          quoted,
        );
      });
    }
  }

  for (const name of ["maxEntries", "maxWeight"] as const) {
    for (const [value, quoted, Failure] of NO_DURATION) {
      it(`is refused with the ${name} ${quoted}`, () => {
        assertRefused(
          () => make({ [name]: value, weigh: () => 1 }),
          Failure,
          name,
          quoted,
        );
      });
    }
  }

  it("is refused with a fraction of an entry for maxEntries", () => {
    for (const value of [0.5, 1.5, 1e-300]) {
      assertRefused(
        () => make({ maxEntries: value }),
        RangeError,
        "maxEntries",
        String(value),
      );
    }
  });

  it("takes a fraction for maxWeight", () => {
    using store = make({ maxWeight: 0.5, weigh: () => 0.25 });
    store.set("a", 1).set("b", 2).set("c", 3);
    assertEquals(store.size, 2);
  });

  it("is refused with a maxWeight and nothing that weighs", () => {
    let message = "";
    try {
      make({ maxWeight: 5 });
    } catch (error) {
      assertInstanceOf(error, TypeError);
      message = error.message;
    }
    assertEquals(/"weigh"/.test(message), true, message);
  });

  for (const value of ["", "LRU", "fifo", "noeviction", "toString"]) {
    it(`is refused with the eviction "${value}"`, () => {
      assertRefused(
        () => make({ eviction: value }),
        RangeError,
        "eviction",
        JSON.stringify(value),
      );
    });
  }
  for (const [value, quoted] of NO_NUMBERS) {
    if (typeof value === "string") continue;
    it(`is refused with the eviction ${quoted}`, () => {
      assertRefused(
        () => make({ eviction: value }),
        TypeError,
        "eviction",
        quoted,
      );
    });
  }

  for (const value of [null, 5, "ttl", true, 5n, Symbol("s")]) {
    it(`is refused with the options ${String(value)}`, () => {
      let failed: unknown;
      try {
        make(value as never);
      } catch (error) {
        failed = error;
      }
      assertInstanceOf(failed, TypeError);
    });
  }

  it("takes no options, and undefined for each of them", () => {
    const none: Options = {
      ttl: undefined,
      sliding: undefined,
      maxAge: undefined,
      sweepInterval: undefined,
      onRemove: undefined,
      onError: undefined,
      now: undefined,
      maxEntries: undefined,
      maxWeight: undefined,
      weigh: undefined,
      eviction: undefined,
    };
    for (const options of [undefined, {}, none]) {
      using store = make(options as Options);
      store.set("a", 1);
      assertEquals(store.expiresAt("a"), Infinity);
    }
  });
});

describe("options", () => {
  it("of another name are refused, by that name", () => {
    assertThrows(() => make({ TTL: 5 } as Options), TypeError, '"TTL"');
    assertThrows(() => make({ ttl: 5, max: 1 } as Options), TypeError, '"max"');
    using store = make({});
    assertThrows(
      () => store.set("a", 1, { EX: 5 } as SetOptions),
      TypeError,
      '"EX"',
    );
    assertEquals(store.size, 0);
  });

  it("that are iterable or primitive are refused", () => {
    const wrong = [
      [],
      [["a", 1]],
      new Map([["a", 1]]),
      new Set(),
      "a",
      5,
      null,
    ];
    for (const options of wrong) {
      assertThrows(() => make(options as Options), TypeError, "options");
    }
    using store = make({});
    for (const options of [[], new Map(), new Set([5])]) {
      assertThrows(
        () => store.set("a", 1, options as SetOptions),
        TypeError,
        "options",
      );
    }
    assertEquals(store.size, 0);
  });

  it("are own properties: what is inherited is none", () => {
    const polluted = Object.prototype as Record<string, unknown>;
    polluted.ttl = 1;
    polluted.maxEntries = 1;
    polluted.expiresAt = 0;
    try {
      using store = make({});
      store.set("a", 1, {}).set("b", 2);
      assertEquals(store.size, 2);
      assertEquals(store.expiresAt("a"), Infinity);
    } finally {
      delete polluted.ttl;
      delete polluted.maxEntries;
      delete polluted.expiresAt;
    }
  });
});
