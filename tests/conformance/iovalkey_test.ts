import { Redis } from "iovalkey";
import { redisForTests } from "../oracle/redis_for_tests.ts";
import { describeBackend } from "./suite.ts";

const redis = await redisForTests("iovalkey against a Redis server");

describeBackend("iovalkey", { ignore: redis === undefined }, () => {
  const backend = new Redis(redis!.url);
  const close = async () => {
    backend.disconnect();
    await redis!.stop();
  };
  return { backend, close };
});
