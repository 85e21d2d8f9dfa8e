/**
 * The storage answers as a server does. A bounded number of random commands;
 * `npm run differential` runs as many as you like.
 */

import { InMemoryStorage } from "@mayfly/store";
import { assert, assertEquals } from "@std/assert";
import { afterAll, describe, it } from "@std/testing/bdd";
import { redisForTests } from "../oracle/redis_for_tests.ts";
import { runCampaign } from "./campaign.ts";
import { onTheWire, type Server, throughIoredis } from "./servers.ts";

const redis = await redisForTests("random commands against a Redis server");

const options = {
  ignore: redis === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
};

describe("InMemoryStorage compared with a Redis server", options, () => {
  afterAll(async () => {
    await redis!.stop();
  });

  async function withServer<T>(
    connecting: Promise<Server>,
    use: (server: Server) => Promise<T>,
  ): Promise<T> {
    const server = await connecting;
    try {
      return await use(server);
    } finally {
      server.close();
    }
  }

  it("replies to random commands alike, word for word", async () => {
    const { difference } = await withServer(
      onTheWire(redis!.port),
      (server) =>
        runCampaign({ server, styles: false, operations: 12_000, seed: 20 }),
    );
    assertEquals(difference, undefined, difference);
  });

  it("replies to random method calls alike", async () => {
    const { difference } = await withServer(
      throughIoredis(redis!.port),
      (server) =>
        runCampaign({ server, styles: true, operations: 8_000, seed: 21 }),
    );
    assertEquals(difference, undefined, difference);
  });

  it("rounds the remaining TTL as the server does", async () => {
    await withServer(onTheWire(redis!.port), async (server) => {
      let compared = 0;
      for (let given = 400_400; given < 400_610; given += 10) {
        const [, before, seconds, after] = await server.run([
          ["SET", "k", "v", "PX", given],
          ["PTTL", "k"],
          ["TTL", "k"],
          ["PTTL", "k"],
        ]);
        // Only where no millisecond went by while it was asked.
        if (typeof before !== "number" || before !== after) continue;
        const storage = new InMemoryStorage({ now: () => 1000 });
        storage.set("k", "v", "PX", before);
        assertEquals(storage.ttl("k"), seconds, `${before} ms left`);
        storage.shutdown();
        compared++;
      }
      assert(compared > 0, "Expected a time left that stands still");
    });
  });
});
