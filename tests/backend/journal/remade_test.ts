/** A log that somebody else deletes and makes anew, as long as it was. */

import { InMemoryStorage, type LocalStorage } from "@mayfly/store";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Folder } from "../../storage/sqlite/_support.ts";
import { indexOf, journal, json, KEY, TTL } from "./_support.ts";

/** Asserts that `one`, which knows a log of two records, sees that `other` made it anew of three. */
async function assertSeen(one: LocalStorage, other: LocalStorage) {
  const append = async (storage: LocalStorage, name: string) =>
    indexOf(await journal().append(storage, KEY, json(name), TTL));
  /** Makes a log of some names; returns its length. */
  const make = async (storage: LocalStorage, ...names: string[]) => {
    await journal().delete(storage, KEY);
    await journal().create(storage, KEY, "null", TTL);
    for (const name of names) await append(storage, name);
    return storage.strlen(KEY);
  };
  const length = await make(one, "1", "", "");
  for (let name = ""; await make(one, "1", name) < length; name += "2");
  assertEquals(one.strlen(KEY), length);

  await make(other, "1", "", "");
  assertEquals(await append(one, "next"), 3);
}

describe("a log that is made anew at the same length", () => {
  it("is not taken for the old one in a file", async () => {
    using folder = new Folder();
    using one = new SqliteStorage(folder.file());
    using other = new SqliteStorage(folder.file());
    await assertSeen(one, other);
  });

  it("is not taken for the old one in memory, whoever makes it", async () => {
    using storage = new InMemoryStorage();
    const other = new Proxy(storage, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    await assertSeen(storage, other);
  });
});
