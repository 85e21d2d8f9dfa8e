/** The storage in a file answers as a server does, too. */

import { assertEquals } from "@std/assert";
import { afterAll, describe, it } from "@std/testing/bdd";
import { redisForTests } from "../oracle/redis_for_tests.ts";
import { FileForSequences } from "./file_for_sequences.ts";
import { runCampaign } from "./campaign.ts";
import { onTheWire, type Server, throughIoredis } from "./servers.ts";

const redis = await redisForTests("random commands on a file");

describe("SqliteStorage compared with a Redis server", {
  ignore: redis === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
}, () => {
  afterAll(async () => {
    await redis!.stop();
  });

  async function compare(
    connecting: Promise<Server>,
    options: { styles: boolean; operations: number; seed: number },
  ): Promise<void> {
    using file = new FileForSequences();
    const server = await connecting;
    try {
      const { difference } = await runCampaign({
        server,
        makeStorage: file.make,
        ...options,
      });
      assertEquals(difference, undefined, difference);
    } finally {
      server.close();
    }
  }

  it("replies to random commands alike, word for word", async () => {
    const options = { styles: false, operations: 6000, seed: 22 };
    await compare(onTheWire(redis!.port), options);
  });

  it("replies to random method calls alike", async () => {
    const options = { styles: true, operations: 4000, seed: 23 };
    await compare(throughIoredis(redis!.port), options);
  });
});
