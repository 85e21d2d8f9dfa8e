import { InMemoryStorage } from "@mayfly/store";
import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { NOT_POSITIVE, quoted } from "./_support.ts";

function makeStorage(): {
  clock: { time: number };
  storage: InMemoryStorage;
} {
  const clock = { time: 1_000_000 };
  const storage = new InMemoryStorage({
    timeoutHours: 1,
    now: () => clock.time,
  });
  return { clock, storage };
}

/** What is no number, and how an error names it that must show no payload. */
const NO_TIMES: [unknown, string][] = [
  [null, "null"],
  ["3", "a string"],
  ["", "a string"],
  [true, "a boolean"],
  [3n, "a bigint"],
  [{}, "an object"],
  [[3], "an array"],
  [Symbol("s"), "a symbol"],
];

describe("setWithTtl", () => {
  it("stores a value with a TTL in seconds", () => {
    const { storage, clock } = makeStorage();
    assertEquals(storage.setWithTtl("a", 2, "1"), undefined);
    clock.time += 1999;
    assertEquals(storage.get("a"), "1");
    clock.time += 1;
    assertEquals(storage.get("a"), null);
    assertEquals(storage.dbsize(), 0);
  });

  it("takes fractions of a second", () => {
    const { storage, clock } = makeStorage();
    storage.setWithTtl("a", 0.25, "1");
    clock.time += 249;
    assertEquals(storage.get("a"), "1");
    clock.time += 1;
    assertEquals(storage.get("a"), null);
  });

  it("replaces a value and its TTL", () => {
    const { storage, clock } = makeStorage();
    storage.setWithTtl("a", 100, "1");
    storage.setWithTtl("a", 5, "2");
    assertEquals(storage.get("a"), "2");
    clock.time += 5000;
    assertEquals(storage.get("a"), null);
    storage.set("a", "3");
    storage.setWithTtl("a", 5, "4");
    assertEquals(storage.ttl("a"), 5);
  });

  it("takes a number for a key or a value", () => {
    const { storage } = makeStorage();
    storage.setWithTtl(1 as never, 5, 2.5 as never);
    assertEquals(storage.get("1"), "2.5");
    storage.setWithTtl(-0 as never, 5, NaN as never);
    assertEquals(storage.get("0"), "NaN");
  });

  it("takes any text as key and value", () => {
    const { storage } = makeStorage();
    const texts = [
      "",
      "__proto__",
      "constructor",
      " ",
      "\0",
      "é\u{1F389}",
      "\n",
    ];
    for (const text of texts) storage.setWithTtl(text, 5, text);
    for (const text of texts) assertEquals(storage.get(text), text);
    assertEquals(storage.dbsize(), texts.length);
    const long = "x".repeat(1_000_000);
    storage.setWithTtl("long", 5, long);
    assertEquals(storage.get("long"), long);
  });

  it("takes very long TTLs", () => {
    const { storage, clock } = makeStorage();
    storage.setWithTtl("a", 1e12, "1");
    storage.setWithTtl("b", Number.MAX_VALUE, "2");
    clock.time += 1e14;
    assertEquals(storage.get("a"), "1");
    assertEquals(storage.get("b"), "2");
  });

  function assertRefused(
    call: (storage: InMemoryStorage) => void,
    Failure: typeof TypeError | typeof RangeError,
    name: string,
    received: string,
  ): void {
    const { storage } = makeStorage();
    storage.setWithTtl("a", 50, "1");
    const error = assertThrows(() => call(storage), Failure);
    assertEquals((error as Error).constructor, Failure);
    const { message } = error as Error;
    assertEquals(message.includes(`"${name}"`), true, message);
    assertEquals(message.endsWith(`received ${received}`), true, message);
    assertEquals(storage.get("a"), "1");
    assertEquals(storage.ttl("a"), 50);
    assertEquals(storage.dbsize(), 1);
  }

  for (const [value, received] of NO_TIMES) {
    it(`refuses the TTL ${String(value)}: received ${received}`, () => {
      for (const key of ["a", "b"]) {
        assertRefused(
          (storage) => storage.setWithTtl(key, value as number, "2"),
          TypeError,
          "ttlSeconds",
          received,
        );
      }
    });
  }
  it("refuses a missing TTL", () => {
    assertRefused(
      (storage) => storage.setWithTtl("a", undefined as never, "2"),
      TypeError,
      "ttlSeconds",
      "undefined",
    );
  });
  for (const value of [...NOT_POSITIVE, Infinity]) {
    it(`refuses the TTL ${quoted(value)}`, () => {
      for (const key of ["a", "b"]) {
        assertRefused(
          (storage) => storage.setWithTtl(key, value, "2"),
          RangeError,
          "ttlSeconds",
          quoted(value),
        );
      }
    });
  }
  for (
    const [value, received] of [...NO_TIMES, [undefined, "undefined"]]
  ) {
    if (typeof value === "string") continue;
    it(`refuses the key or value ${String(value)}: received ${received}`, () => {
      assertRefused(
        (storage) => storage.setWithTtl(value as string, 5, "2"),
        TypeError,
        "key",
        String(received),
      );
      assertRefused(
        (storage) => storage.setWithTtl("a", 5, value as string),
        TypeError,
        "value",
        String(received),
      );
    });
  }

  it("shows no payload in an error, even if it is passed as another argument", () => {
    const { storage } = makeStorage();
    const calls: unknown[][] = [
      ["a", "SECRET", 5],
      ["a", 5, Symbol("SECRET")],
      [Symbol("SECRET"), 5, "1"],
      ["a", Symbol("SECRET"), "1"],
      ["a", 987654321n, "1"],
      ["a", 5, 987654321n],
      ["a", 5, ["SECRET"]],
      [{ SECRET: 1 }, 5, "1"],
    ];
    for (const args of calls) {
      const error = assertThrows(
        () => storage.setWithTtl(...args as [string, number, string]),
        TypeError,
      ) as Error;
      assertEquals(/SECRET|987654321/.test(error.message), false);
    }
  });
});
