/** A time that no backend can keep is refused where it is given, not by a later call. */

import { InMemoryStorage, update } from "@mayfly/store";
import { Collection } from "@mayfly/store/collection";
import { Conversations } from "@mayfly/store/conversations";
import { Handles } from "@mayfly/store/handles";
import { KeyvStorage } from "@mayfly/store/keyv";
import {
  createEventStore,
  createRequestState,
  createTokenStorage,
} from "@mayfly/store/mcp";
import { SqliteStorage } from "@mayfly/store/sqlite";
import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

const END = 8.64e15;

describe("a time past the end of time (8.64e15 ms)", () => {
  const storage = new InMemoryStorage();
  const tokens = createTokenStorage({ storage });
  const pages = new Collection<string>("pages", { storage });
  const keyv = new KeyvStorage({ storage });
  const calls: Record<string, (ms: number) => unknown> = {
    "update": (ttl) => update(storage, "k", () => "v", { ttl }),
    "Handles": (ttl) => new Handles({ storage, ttl }).mint("v"),
    "mint": (ttl) => new Handles({ storage }).mint("v", { ttl }),
    "Conversations": (ttl) => new Conversations({ storage, ttl }).create(),
    "createRequestState": (ttl) =>
      createRequestState({ storage, ttl }).mint("v"),
    "createEventStore": (ttl) =>
      createEventStore({ storage, session: "s", ttl }).storeEvent("e", {
        jsonrpc: "2.0",
        method: "m",
      }),
    "the token storage": (ms) => tokens.save("k", "v", ms / 1000),
    "Collection": (ttl) =>
      new Collection<string>("c", { storage, ttl }).set("k", "v"),
    "set of a collection": (ttl) => pages.set("k", "v", ttl),
    "expiresAt of a collection": (expiresAt) =>
      pages.set("k", "v", { expiresAt }),
    "KeyvStorage": (expires) => keyv.set("k", "v", expires),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`is a RangeError of ${name}`, async () => {
      for (const ms of [1e19, 1e17, 2 * END]) {
        await assertRejects(async () => await call(ms), RangeError);
      }
      assertEquals(storage.dbsize(), 0);
      await call(END);
      assertEquals(storage.dbsize(), 1);
      storage.flushall();
    });
  }

  it('means "never" for setWithTtl, also in a bounded file', () => {
    using file = new SqliteStorage(":memory:", { maxBytes: 200_000 });
    for (const seconds of [1e13, 1e17, 1e18, Number.MAX_VALUE]) {
      file.setWithTtl("k", seconds, "v");
      assertEquals(file.pttl("k"), -1);
      for (let i = 0; i < 100; i++) file.set(`${i}`, "x".repeat(3000));
    }
  });
});
