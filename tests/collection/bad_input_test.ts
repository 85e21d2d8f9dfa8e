import { InMemoryStorage } from "@mayfly/store";
import { Collection } from "@mayfly/store/collection";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { assertRefused } from "./_refused.ts";

const HOUR = 3_600_000;
const NO_STRINGS = [
  undefined,
  null,
  1,
  true,
  {},
  [],
  Symbol("secret"),
  () => {},
];
const HALVES = ["\ud800", "a\udc00b", "👋\ud83d"];
const schema = { "~standard": { version: 1, vendor: "v", validate() {} } };

describe("The arguments of a collection", () => {
  for (
    const [what, Failure, name, options] of [
      ["a name that is empty", RangeError, "", {}],
      ...HALVES.map((half) =>
        ["half a surrogate pair", RangeError, half, {}] as const
      ),
      ...NO_STRINGS.map((name) =>
        ["a name that is no string", TypeError, name, {}] as const
      ),
      ...[null, 1, "memory", [], new Map()].map((options) =>
        ["options that are none", TypeError, "n", options] as const
      ),
      ...[null, "", {}, { get() {} }, { ...new InMemoryStorage(), get() {} }]
        .map((storage) => ["no storage", TypeError, "n", { storage }] as const),
      ...[null, "1", 1n, {}, new Date()].map((ttl) =>
        ["a ttl of the wrong kind", TypeError, "n", { ttl }] as const
      ),
      ...[0, -1, NaN, -Infinity, 1e19, Number.MAX_VALUE].map((ttl) =>
        ["a ttl out of range", RangeError, "n", { ttl }] as const
      ),
      ["no boolean", TypeError, "n", { ttl: 1, sliding: 1 }],
      ["sliding for ever", RangeError, "n", { sliding: true }],
      ["sliding for ever", RangeError, "n", { ttl: Infinity, sliding: true }],
      ...[
        null,
        "string",
        {},
        { "~standard": null },
        { "~standard": { version: 1 } },
        { "~standard": { ...schema["~standard"], version: 2 } },
      ].map((schema) => ["no schema", TypeError, "n", { schema }] as const),
      ...[null, "json", {}, { encode() {} }, { encode: 1, decode() {} }].map(
        (codec) => ["no codec", TypeError, "n", { codec }] as const,
      ),
      ["an unknown option", TypeError, "n", { maxAge: 1 }],
      ["another unknown option", TypeError, "n", { prefix: "a" }],
    ] as const
  ) {
    it(`refuse ${what}`, async () => {
      await assertRefused(
        // deno-lint-ignore require-await
        async () => new Collection(name as string, options as object),
        Failure,
        "Cannot make the collection",
      );
    });
  }

  it("may be given as undefined", () => {
    new Collection("n", undefined);
    new Collection("n", {
      ...{ storage: undefined, ttl: undefined, sliding: undefined },
      ...{ schema: undefined, codec: undefined },
    });
    new Collection("n", Object.create({ ttl: -1 }));
    assertThrows(() => new Collection("n", { ttl: null as never }));
  });
});

describe("The arguments of its methods", () => {
  const storage = new InMemoryStorage();
  const numbers = new Collection<number>("n", { storage });
  const withKey: Record<string, (key: string) => Promise<unknown>> = {
    get: (key) => numbers.get(key),
    has: (key) => numbers.has(key),
    set: (key) => numbers.set(key, 1),
    add: (key) => numbers.add(key, 1),
    update: (key) => numbers.update(key, () => 1),
    take: (key) => numbers.take(key),
    delete: (key) => numbers.delete(key),
    touch: (key) => numbers.touch(key),
    remainingTtl: (key) => numbers.remainingTtl(key),
  };
  for (const [name, run] of Object.entries(withKey)) {
    it(`must be keys that are stored unambiguously: ${name}`, async () => {
      for (const key of NO_STRINGS) {
        await assertRefused(() => run(key as string), TypeError, '"key"');
      }
      for (const key of HALVES) {
        await assertRefused(() => run(key), RangeError, '"key"');
      }
      assertEquals(storage.dbsize(), 0);
    });
  }

  const withTtl: Record<string, (ttl: never) => Promise<unknown>> = {
    set: (ttl) => numbers.set("k", 1, ttl),
    "set, as an option": (ttl) => numbers.set("k", 1, { ttl }),
    add: (ttl) => numbers.add("k", 1, ttl),
    touch: (ttl) => numbers.touch("k", ttl),
    update: (ttl) => numbers.update("k", () => 1, { ttl }),
  };
  for (const [name, run] of Object.entries(withTtl)) {
    it(`must be valid times: ${name}`, async () => {
      for (const ttl of [0, -1, NaN, -Infinity, 1e19, Number.MAX_VALUE]) {
        await assertRefused(
          () => run(ttl as never),
          RangeError,
          '"ttl" must be ',
          `: received ${ttl}`,
        );
      }
      for (const ttl of ["secret", true, 1n, Symbol("secret"), () => {}]) {
        await assertRefused(() => run(ttl as never), TypeError);
      }
      assertEquals(storage.dbsize(), 0);
    });
  }

  it("include at most one of ttl, expiresAt and keepTtl", async () => {
    const refused: [unknown, typeof TypeError | typeof RangeError][] = [
      [null, TypeError],
      [[], TypeError],
      [[1000], TypeError],
      [{ ttl: 1, expiresAt: 1 }, TypeError],
      [{ ttl: 1, keepTtl: true }, TypeError],
      [{ expiresAt: 1, keepTtl: true }, TypeError],
      [{ keepTtl: 1 }, TypeError],
      [{ maxAge: 1 }, TypeError],
      [{ EX: 1 }, TypeError],
      [{ expiresAt: new Date() }, TypeError],
      [{ expiresAt: "secret" }, TypeError],
      [{ expiresAt: NaN }, RangeError],
      [{ expiresAt: -Infinity }, RangeError],
      [{ expiresAt: 1e19 }, RangeError],
    ];
    for (const [ttl, Failure] of refused) {
      await assertRefused(() => numbers.set("k", 1, ttl as never), Failure);
      await assertRefused(() => numbers.add("k", 1, ttl as never), Failure);
    }
    await assertRefused(
      () => numbers.update("k", () => 1, 1000 as never),
      TypeError,
    );
    await assertRefused(
      () => numbers.update("k", undefined as never),
      TypeError,
      '"change" must be a function: received undefined',
    );
    assertEquals(storage.dbsize(), 0);
    await numbers.set("k", 1, {
      ttl: HOUR,
      keepTtl: false,
      expiresAt: undefined,
    });
    assert(await numbers.remainingTtl("k") as number <= HOUR);
  });
});
