import { InMemoryStorage } from "@mayfly/store";
import {
  Collection,
  CollectionValueError,
  type StandardSchema,
} from "@mayfly/store/collection";
import { assert, assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import * as z from "zod";
import { assertRefused } from "./_refused.ts";

/** A schema by its function. */
function schemaOf<T>(
  validate: StandardSchema<T>["~standard"]["validate"],
): StandardSchema<T> {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

const person = z.object({
  name: z.string().trim(),
  tags: z.array(z.string()).default([]),
  age: z.number().int().optional(),
});

describe("A schema of a collection", () => {
  let storage: InMemoryStorage;
  beforeEach(() => {
    storage = new InMemoryStorage();
  });

  it("transforms the value that is stored", async () => {
    const people = new Collection("p", { storage, schema: person });
    await people.set("k", { name: " Ada " } as z.output<typeof person>);
    assertEquals(storage.get("p:k"), '{"name":"Ada","tags":[]}');
    assertEquals(await people.get("k"), { name: "Ada", tags: [] });
    const next = await people.update("k", (ada) => ({ ...ada!, name: " B " }));
    assertEquals(next, { name: "B", tags: [] });
    assertEquals(await people.take("k"), { name: "B", tags: [] });
  });

  it("refuses a value with its paths and messages, and nothing is stored", async () => {
    const people = new Collection("p", { storage, schema: person });
    const wrong = { name: 5, tags: ["a", { secret: "secret" }] } as never;
    for (
      const run of [
        () => people.set("k", wrong),
        () => people.add("k", wrong),
        () => people.update("k", () => wrong),
      ]
    ) {
      const { issues } = await assertRefused(
        run,
        CollectionValueError,
        'must match "schema"',
        'at "name", at "tags[1]"',
      ) as CollectionValueError;
      assertEquals(issues.map(({ path }) => path), [["name"], ["tags", 1]]);
      for (const issue of issues) {
        assertEquals(Object.keys(issue).sort(), ["message", "path"]);
        assert(issue.message.startsWith("Invalid input"));
      }
    }
    assertEquals(storage.dbsize(), 0);
  });

  it("checks values that are read", async () => {
    const people = new Collection("p", { storage, schema: person });
    const old = '{"first":"secret"}';
    storage.set("p:k", old);
    for (
      const run of [
        () => people.get("k"),
        () => people.take("k"),
        () => people.update("k", (p) => p),
        () => Array.fromAsync(people.entries()),
      ]
    ) {
      const error = await assertRefused(
        run,
        CollectionValueError,
        'the stored value of "k"',
        'at "name"',
      ) as CollectionValueError;
      assertEquals(error.issues.map(({ path }) => path), [["name"]]);
    }
    assertEquals(storage.get("p:k"), old);
    assertEquals(await people.delete("k"), true);
  });

  const refusing: Record<string, StandardSchema<unknown>> = {
    "makes another type of it": z.string().transform(Number),
    "makes more of it each time": z.number().transform((n) => n + 1),
    "makes what is no JSON of it": z.string().transform(() => new Date(0)),
    "adds to what is stored": schemaOf((value) => ({
      value: typeof value === "number" ? [value] : [...value as [], 1],
    })),
  };
  for (const [what, schema] of Object.entries(refusing)) {
    it(`refuses a value when it ${what}`, async () => {
      const values = new Collection<unknown>("v", { storage, schema });
      for (const value of ["secret", 1]) {
        await assertRefused(() => values.set("k", value), CollectionValueError);
      }
      assertEquals(storage.dbsize(), 0);
    });
  }

  it("must be synchronous", async () => {
    const schemas = [
      z.string().refine(() => Promise.resolve(true)),
      schemaOf((value) => Promise.resolve({ value })),
      schemaOf(() => Promise.reject(new Error("secret"))),
    ];
    storage.set("v:k", '"a"');
    for (const schema of schemas) {
      const values = new Collection<unknown>("v", { storage, schema });
      for (const run of [() => values.set("k", "b"), () => values.get("k")]) {
        await assertRefused(run, CollectionValueError, "received a promise");
      }
    }
    assertEquals(storage.get("v:k"), '"a"');
  });

  it("may be a function, and report paths in any form of the specification", async () => {
    const key = Symbol("secret");
    const schema: StandardSchema<string> = Object.assign(
      () => {},
      schemaOf<string>(() => ({
        issues: [
          { message: "root" },
          { message: "deep", path: [{ key: "a" }, 0, "b", { key }] },
          { message: "again", path: ["a", { key: 0 }, "b", key] },
        ],
      })),
    );
    const values = new Collection("v", { storage, schema });
    const { issues } = await assertRefused(
      () => values.set("k", "a"),
      CollectionValueError,
      'at the top, at "a[0].b.[symbol]"',
    ) as CollectionValueError;
    assertEquals(issues, [
      { path: [], message: "root" },
      { path: ["a", 0, "b", key], message: "deep" },
      { path: ["a", 0, "b", key], message: "again" },
    ]);
  });

  it("passes its own errors on", async () => {
    const error = new Error("mine");
    const schema = schemaOf(() => {
      throw error;
    });
    const values = new Collection<unknown>("v", { storage, schema });
    assertEquals(await values.set("k", 1).catch((thrown) => thrown), error);
  });
});
