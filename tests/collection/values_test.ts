import { InMemoryStorage } from "@mayfly/store";
import {
  Collection,
  CollectionValueError,
  type JsonValue,
} from "@mayfly/store/collection";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { assertRefused } from "./_refused.ts";

class Secret {
  secret = "secret";
}

const cycle: Record<string, unknown> = {};
cycle.list = [1, cycle];

describe("The values of a collection", () => {
  let storage: InMemoryStorage;
  let values: Collection<unknown>;
  beforeEach(() => {
    storage = new InMemoryStorage();
    values = new Collection<unknown>("v", { storage });
  });

  it("are stored as JSON under the name and the key", async () => {
    await new Collection("a:b%", { storage }).set(":k", [{ a: "é" }]);
    assertEquals(storage.keys("*"), ["a%3ab%25::k"]);
    assertEquals(storage.get("a%3ab%25::k"), '[{"a":"é"}]');
  });

  it("are copies", async () => {
    const value = { list: [1] };
    await values.set("k", value);
    value.list.push(2);
    assertEquals(await values.get("k"), { list: [1] });
    const result = await values.update("k", () => value);
    value.list.push(3);
    assertEquals(result, { list: [1, 2] });
  });

  it("lose members that are undefined", async () => {
    await values.set("k", { a: undefined, b: { c: undefined } });
    assertEquals(Object.keys(await values.get("k") as object), ["b"]);
    assertEquals(storage.get("v:k"), '{"b":{}}');
  });

  const refused: [unknown, string][] = [
    [undefined, "undefined at the top"],
    [() => "secret", "a function at the top"],
    [Symbol("secret"), "a symbol at the top"],
    [1n, "a bigint at the top"],
    [NaN, "NaN at the top"],
    [{ a: { b: Infinity } }, 'Infinity at "a.b"'],
    [new Date(), "an object that is not plain at the top"],
    [[[new Map()]], 'an object that is not plain at "[0][0]"'],
    [{ "a b": [0, new Secret()] }, 'not plain at "a b[1]"'],
    [Promise.resolve("secret"), "not plain at the top"],
    [cycle, 'a cycle at "list[1]"'],
    [[, 1], 'undefined at "[0]"'],
    [{ toJSON: () => "secret" }, 'a function at "toJSON"'],
    [{ "\n\u202e": () => 1 }, 'at "\\n\\u202e"'],
  ];
  for (const [value, words] of refused) {
    it(`must be JSON, not ${words}`, async () => {
      for (
        const run of [
          () => values.set("k", value),
          () => values.set("k", value, { expiresAt: 0 }),
          () => values.add("k", value),
          ...value === undefined ? [] : [() => values.update("k", () => value)],
        ]
      ) {
        const error = await assertRefused(run, CollectionValueError, words);
        assertInstanceOf(error, TypeError);
        assertEquals((error as CollectionValueError).issues, []);
        assertEquals(error.cause, undefined);
      }
      assertEquals(storage.dbsize(), 0);
    });
  }

  it("must not be promises", async () => {
    const rejected = () => Promise.reject(new Error("secret"));
    await assertRefused(
      () => values.update("k", rejected),
      CollectionValueError,
    );
    assertEquals(storage.dbsize(), 0);
  });

  it("that are not JSON stay stored until they are set or deleted", async () => {
    for (const text of ["{secret", "", "undefined", "NaN"]) {
      storage.set("v:k", text);
      for (
        const run of [
          () => values.get("k"),
          () => values.take("k"),
          () => values.update("k", () => 1),
          () => Array.fromAsync(values.entries()),
        ]
      ) {
        await assertRefused(run, CollectionValueError, '"k" must be JSON');
      }
      assertEquals(storage.get("v:k"), text);
      assertEquals(await values.add("k", 1), false);
      assertEquals(await Array.fromAsync(values.keys()), ["k"]);
      await values.set("k", 1);
      assertEquals(await values.take("k"), 1);
    }
  });

  it("do not change when a change throws", async () => {
    await values.set("k", 1);
    const error = new RangeError("mine");
    const change = () => {
      throw error;
    };
    assertEquals(await values.update("k", change).catch((e) => e), error);
    assertEquals(await values.get("k"), 1);
  });

  it("are kept in the default backend, looked up at each call", async () => {
    const { setStorageBackend } = await import("@mayfly/store");
    const lazy = new Collection<JsonValue>("v");
    try {
      setStorageBackend(storage);
      await lazy.set("k", 1);
      assertEquals(storage.get("v:k"), "1");
      setStorageBackend(new InMemoryStorage());
      assertEquals(await lazy.get("k"), undefined);
    } finally {
      setStorageBackend(undefined);
    }
  });
});
