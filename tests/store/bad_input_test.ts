import {
  ExpiringStore,
  type ExpiringStoreOptions,
  type SetOptions,
} from "@mayfly/store";
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ErrorClass } from "./_support.ts";

/** What is no number at all, and how an error quotes it. */
const NO_NUMBERS: [unknown, string][] = [
  [null, "null"],
  ["100", '"100"'],
  ["", '""'],
  [" 5 ", '" 5 "'],
  ["abc", '"abc"'],
  [true, "true"],
  [100n, "a bigint"],
  [{}, "an object"],
  [[], "an array"],
  [[100], "an array"],
  [new Date(0), "an object"],
  [() => 100, "a function"],
  [Symbol("s"), "a symbol"],
];
/** How it shows where it could be a value in the wrong place: by its kind. */
function kindOf(value: unknown, quoted: string): string {
  const kinds = ["string", "boolean"];
  return kinds.includes(typeof value) ? `a ${typeof value}` : quoted;
}

/** What is a number, but no life of anything. */
const NOT_POSITIVE: [unknown, string][] = [
  [NaN, "NaN"],
  [0, "0"],
  [-0, "-0"],
  [-1, "-1"],
  [-0.5, "-0.5"],
  [-Number.MIN_VALUE, "-5e-324"],
  [-Infinity, "-Infinity"],
];
/** The same with the class of the error. */
const NO_DURATION: [unknown, string, ErrorClass][] = [
  ...NO_NUMBERS.map(([value, quoted]): [unknown, string, ErrorClass] => [
    ...[value, quoted] as [unknown, string],
    TypeError,
  ]),
  ...NOT_POSITIVE.map(([value, quoted]): [unknown, string, ErrorClass] => [
    ...[value, quoted] as [unknown, string],
    RangeError,
  ]),
];

/** A call fails as documented: the class, not a subclass of it, and the message by its rules. */
function assertRefused(
  call: () => unknown,
  Failure: ErrorClass,
  name: string,
  quoted: string,
): void {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  assertInstanceOf(error, Failure);
  assertEquals(error.constructor, Failure);
  const { message } = error;
  assertEquals(
    /^Cannot .+: .+: received .*[^.]$/s.test(message),
    true,
    message,
  );
  assertEquals(message.includes(`"${name}"`), true, message);
  assertEquals(message.endsWith(`received ${quoted}`), true, message);
}

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

type Set = (ttl: unknown, key: string) => unknown;

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
