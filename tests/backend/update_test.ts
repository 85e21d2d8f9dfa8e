import {
  InMemoryStorage,
  type StorageBackend,
  update,
  type UpdateOptions,
} from "@mayfly/store";
import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  NO_NUMBERS,
  NO_OBJECTS,
  NOT_POSITIVE,
  quoted,
} from "../storage/_support.ts";

const same = (value: string | null) => value;

describe("the arguments of update", () => {
  const storage = new InMemoryStorage();

  it("must include a backend", async () => {
    for (const [value, shown] of NO_OBJECTS) {
      await assertRejects(
        () => update(value as StorageBackend, "k", same),
        TypeError,
        `Cannot update the key: "storage" must be an object: received ${shown}`,
      );
    }
  });

  it("must include a backend with batch or scripts", async () => {
    const withoutStep = {
      get: () => "1",
      set: () => "OK",
    } as unknown as StorageBackend;
    await assertRejects(
      () => update(withoutStep, "k", same),
      TypeError,
      'Cannot update the key: "storage" must have an atomic step, as a storage of this package has and a client that runs scripts ("eval", "send"): received an object',
    );
  });

  it("must include a key that is a string", async () => {
    for (const key of [undefined, null, 7, {}, Symbol("k")]) {
      await assertRejects(
        () => update(storage, key as string, same),
        TypeError,
        'Cannot update the key: "key" must be a string: received ',
      );
    }
  });

  it("must include a function", async () => {
    for (const change of [undefined, null, "new", {}]) {
      await assertRejects(
        () => update(storage, "k", change as typeof same),
        TypeError,
        'Cannot update the key: "change" must be a function: received ',
      );
    }
  });

  it("may include options, in an object", async () => {
    for (const options of [null, 60_000, "60000"]) {
      await assertRejects(
        () => update(storage, "k", same, options as UpdateOptions),
        TypeError,
        'Cannot update the key: "options" must be an object of options: received ',
      );
    }
  });

  it("may include a ttl that is a positive, finite number", async () => {
    const expected =
      'Cannot update the key: "ttl" must be a positive number of milliseconds: received ';
    for (const [ttl, shown] of NO_NUMBERS) {
      await assertRejects(
        () => update(storage, "k", same, { ttl: ttl as number }),
        TypeError,
        expected + shown,
      );
    }
    for (const ttl of [...NOT_POSITIVE, Infinity]) {
      await assertRejects(
        () => update(storage, "k", same, { ttl }),
        RangeError,
        expected + quoted(ttl),
      );
    }
    assertEquals(storage.dbsize(), 0);
  });
});
