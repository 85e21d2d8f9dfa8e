import type { StorageBackend } from "@mayfly/store";
import { redisForTests } from "../oracle/redis_for_tests.ts";
import { describeBackend } from "./suite.ts";

/** What this needs of Bun's client; tests/types looks at the whole of it. */
type Client = StorageBackend & { close(): void };

const { Bun } = globalThis as {
  Bun?: { RedisClient: new (url: string) => Client };
};

// The other runtimes do not have this client.
if (Bun) {
  const redis = await redisForTests("Bun's client against a Redis server");
  describeBackend("Bun's client", { ignore: redis === undefined }, () => {
    const backend = new Bun.RedisClient(redis!.url);
    const close = async () => {
      backend.close();
      await redis!.stop();
    };
    return { backend, close };
  });
}
