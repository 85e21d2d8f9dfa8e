/** Appends that are undone with the transaction around them. */
import {
  InMemoryStorage,
  type LocalStorage,
  StorageError,
} from "@mayfly/store";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import type { Appended } from "../../../src/backend/_journal.ts";
import { Folder } from "../../storage/sqlite/_support.ts";
import { indexOf, journal, json, KEY, namesIn, TTL } from "./_support.ts";

class Failure extends Error {}

/** Appends. A storage of this process answers at once, but for one behind a proxy. */
function append(
  storage: LocalStorage,
  name: string,
  maxRecords = Infinity,
): Appended {
  const log = journal({ maxRecords });
  return log.append(storage, KEY, json(name), TTL) as Appended;
}

function lengthWith(names: string[]): number {
  using storage = new InMemoryStorage();
  journal().create(storage, KEY, "null", TTL);
  for (const name of names) append(storage, name);
  return storage.strlen(KEY);
}

/** A name whose record makes a log with "a" in it as long as the records of two "" do. */
function nameAsLongAsTwo(): string {
  const length = lengthWith(["a", "", ""]);
  for (let name = "";; name += "x") {
    if (lengthWith(["a", name]) === length) return name;
  }
}

/** The same keys, in the hands of somebody else. */
function asAnother<S extends object>(storage: S): S {
  return new Proxy(storage, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** Asserts that an append that `undo` undid leaves nothing behind. */
async function assertForgotten(
  storage: LocalStorage,
  undo: (append: () => void) => void,
): Promise<void> {
  journal().create(storage, KEY, "null", TTL);
  append(storage, "a");
  const name = nameAsLongAsTwo();
  undo(() => assertEquals(indexOf(append(storage, name)), 1));
  const other = asAnother(storage);
  assertEquals(indexOf(await append(other, "")), 1);
  assertEquals(indexOf(await append(other, "")), 2);
  assertEquals(append(storage, "d", 3), { state: "full", limit: "maxRecords" });
  assertEquals(indexOf(append(storage, "d")), 3);
  assertEquals(await namesIn(storage), ["a", "", "", "d"]);
}

const STORAGES: Record<string, () => LocalStorage> = {
  InMemoryStorage: () => new InMemoryStorage(),
  "InMemoryStorage with a logger": () =>
    new InMemoryStorage({ logger: { ...console, debug() {}, info() {} } }),
  SqliteStorage: () => new SqliteStorage(":memory:"),
};

describe("an append that is undone", () => {
  for (const [name, make] of Object.entries(STORAGES)) {
    it(`is forgotten with its batch (${name})`, async () => {
      using storage = make();
      await assertForgotten(storage, (append) => {
        assertThrows(() =>
          storage.batch(() => {
            append();
            throw new Failure();
          }), Failure);
      });
    });

    it(`is forgotten with a part of a batch (${name})`, async () => {
      using storage = make();
      await assertForgotten(storage, (append) => {
        storage.batch(() => {
          assertThrows(() =>
            storage.batch(() => {
              append();
              throw new Failure();
            }), Failure);
        });
      });
    });
  }

  it("is forgotten with a commit that fails", async () => {
    using folder = new Folder();
    new SqliteStorage(folder.file()).close();
    // A reader holds up the commits of a file with a rollback journal.
    const reader = new DatabaseSync(folder.file());
    reader.prepare("PRAGMA journal_mode = DELETE").all();
    const read = () => {
      reader.prepare("BEGIN").run();
      reader.prepare("SELECT count(*) FROM entries").get();
    };
    // While somebody reads, a storage cannot move the file back to WAL.
    read();
    using storage = new SqliteStorage(folder.file(), { busyTimeout: 20 });
    reader.prepare("COMMIT").run();
    await assertForgotten(storage, (append) => {
      read();
      const error = assertThrows(append, StorageError);
      assertEquals(error.code, "busy");
      reader.prepare("COMMIT").run();
    });
    reader.close();
  });

  it("is forgotten where another log is made in its place", async () => {
    using storage = new InMemoryStorage();
    journal().create(storage, KEY, "null", TTL);
    append(storage, "a");
    append(storage, nameAsLongAsTwo());
    storage.del(KEY);
    const other = asAnother(storage);
    journal().create(storage, KEY, "null", TTL);
    for (const name of ["a", "", ""]) await append(other, name);
    assertEquals(indexOf(append(storage, "d")), 3);
  });
});
