/** A client that gives numbers as text, as `stringNumbers` of `ioredis` has it. */

import { update } from "@mayfly/store";
import { Collection } from "@mayfly/store/collection";
import { type ConnectedStorage, connectStorage } from "@mayfly/store/connect";
import { Conversations } from "@mayfly/store/conversations";
import { Handles } from "@mayfly/store/handles";
import { KeyvStorage } from "@mayfly/store/keyv";
import { createEventStore } from "@mayfly/store/mcp";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { isLeftOut, REDIS_PROGRAM } from "../oracle/programs.ts";
import { type RedisServer, startRedisServer } from "../oracle/redis_server.ts";

describe("On a client that returns numbers as text", {
  ignore: isLeftOut("a client with stringNumbers", REDIS_PROGRAM),
  sanitizeOps: false,
  sanitizeResources: false,
}, () => {
  let server: RedisServer;
  let storage: ConnectedStorage;

  beforeAll(async () => {
    server = (await startRedisServer())!;
    storage = await connectStorage(server.url, {
      client: { stringNumbers: true },
    });
    assertEquals(await storage.strlen("k") as unknown, "0");
  });
  afterAll(async () => {
    await storage.close();
    await server.stop();
  });

  it("a conversation counts its turns", async () => {
    const conversations = new Conversations({ storage, maxTurns: 2 });
    const id = await conversations.create();
    const turn = { role: "user", content: "Hi" };
    assertEquals(await conversations.append(id, turn), {
      ...{ index: 0, remaining: 1 },
    });
    for await (const { remainingTtl } of conversations.list()) {
      assertLessOrEqual(remainingTtl, 10_800_000);
    }
    assertEquals(await conversations.delete(id), true);
    assertEquals(await conversations.delete(id), false);
  });

  it("a key exists or not", async () => {
    const entries = new Collection<number>("numbers", { storage, ttl: 60_000 });
    const keyv = new KeyvStorage({ storage });
    await entries.set("a", 1);
    await keyv.set("a", "1");
    for (const there of [true, false]) {
      assertEquals([await entries.has("a"), await keyv.has("a")], [
        there,
        there,
      ]);
      assertEquals(await entries.remainingTtl("a") !== undefined, there);
      assertEquals(await entries.delete("a"), there);
      assertEquals(await keyv.delete("a"), there);
    }
  });

  it("handles are taken, events replayed, values updated", async () => {
    const handles = new Handles<number>({ storage });
    const handle = await handles.mint(1);
    assertEquals(await handles.take(handle), 1);
    assertEquals(await handles.revoke(handle), false);
    const events = createEventStore({ session: "s", storage });
    const first = await events.storeEvent("calls", { id: 1 });
    await events.storeEvent("calls", { id: 2 });
    const seen: unknown[] = [];
    await events.replayEventsAfter(first, {
      send: (_, message) => Promise.resolve(void seen.push(message)),
    });
    assertEquals(seen, [{ id: 2 }]);
    assertEquals(await update(storage, "u", () => "x", { ttl: 60_000 }), "x");
    assert(Number(await storage.pttl("u")) > 0);
  });
});
