import { InMemoryStorage } from "@mayfly/store";
import {
  Collection,
  type CollectionCodec,
  CollectionValueError,
} from "@mayfly/store/collection";
import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import * as z from "zod";
import { assertRefused } from "./_refused.ts";

const dates: CollectionCodec<Map<string, Date>> = {
  encode: (map) => JSON.stringify([...map].map(([k, v]) => [k, +v])),
  decode: (text) =>
    new Map(
      JSON.parse(text).map(([k, v]: [string, number]) => [k, new Date(v)]),
    ),
};

describe("A codec of a collection", () => {
  let storage: InMemoryStorage;
  beforeEach(() => {
    storage = new InMemoryStorage();
  });

  it("encodes values that are not JSON, and decodes them", async () => {
    const all = new Collection("m", { storage, codec: dates });
    await all.set("k", new Map([["a", new Date(5)]]));
    assertEquals(storage.get("m:k"), '[["a",5]]');
    const next = await all.update("k", (map) => map!.set("b", new Date(6)));
    const both = new Map([["a", new Date(5)], ["b", new Date(6)]]);
    assertEquals(next, both);
    assertEquals(await Array.fromAsync(all.entries()), [["k", both]]);
    assertEquals(await all.take("k"), both);
  });

  it("may encode a value differently each time, also with a schema", async () => {
    let nonce = 0;
    const all = new Collection("m", {
      storage,
      schema: z.map(z.string(), z.date()),
      codec: {
        encode: (map) => `${nonce++} ${dates.encode(map)}`,
        decode: (text) => dates.decode(text.slice(text.indexOf(" ") + 1)),
      },
    });
    const map = new Map([["a", new Date(5)]]);
    await all.set("k", map);
    assertEquals(await all.get("k"), map);
    const shifting = new Collection("m", {
      storage,
      schema: z.map(z.string(), z.date().transform((at) => new Date(+at + 1))),
      codec: dates,
    });
    await assertRefused(() => shifting.set("k", map), CollectionValueError);
    assertEquals(await all.get("k"), map);
  });

  it("refuses a value by throwing, or by returning something other than text", async () => {
    const encoders: (() => unknown)[] = [
      () => {
        throw new Error("secret");
      },
      () => undefined,
      () => 5,
      () => Promise.resolve("a"),
      () => Promise.reject(new Error("secret")),
      () => "\ud800",
    ];
    for (const encode of encoders) {
      const codec = { encode: encode as () => string, decode: JSON.parse };
      const all = new Collection<string>("m", { storage, codec });
      await assertRefused(
        () => all.set("k", "secret"),
        CollectionValueError,
        '"codec"',
      );
      await assertRefused(
        () => all.update("k", () => "secret"),
        CollectionValueError,
      );
    }
    assertEquals(storage.dbsize(), 0);
  });

  it("refuses a text by throwing", async () => {
    storage.set("m:k", "secret");
    const all = new Collection("m", { storage, codec: dates });
    for (
      const run of [
        () => all.get("k"),
        () => all.take("k"),
        () => all.update("k", () => new Map()),
      ]
    ) {
      const error = await assertRefused(run, CollectionValueError, '"codec"');
      assertEquals(error.cause, undefined);
    }
    assertEquals(storage.get("m:k"), "secret");
  });
});
