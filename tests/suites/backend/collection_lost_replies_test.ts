/** The server has done a command of a collection, and its reply is lost. */

import { StorageError } from "@mayfly/store";
import { Collection } from "@mayfly/store/collection";
import { connectStorage } from "@mayfly/store/connect";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { LossyProxy } from "../oracle/lossy_proxy.ts";
import { isLeftOut, REDIS_PROGRAM } from "../oracle/programs.ts";
import { type RedisServer, startRedisServer } from "../oracle/redis_server.ts";

const options = {
  ignore: isLeftOut("lost replies of a collection", REDIS_PROGRAM),
  sanitizeOps: false,
  sanitizeResources: false,
};

describe("A collection whose client repeats a command", options, () => {
  let server: RedisServer;
  let proxy: LossyProxy;
  let storage: Awaited<ReturnType<typeof connectStorage>>;
  let numbers: Collection<number>;

  beforeAll(async () => {
    server = (await startRedisServer())!;
    proxy = await LossyProxy.open(server.port);
    storage = await connectStorage(proxy.url);
    numbers = new Collection<number>("n", { storage, ttl: 600_000 });
  });
  afterAll(async () => {
    await storage[Symbol.asyncDispose]();
    await proxy.close();
    await server.stop();
  });

  const changes: [
    name: string,
    command: RegExp,
    run: (key: string) => Promise<unknown>,
    after: number | undefined,
  ][] = [
    ["add", /\r\nset\r\n/i, (key) => numbers.add(key, 1), 1],
    ["take", /\r\neval\r\n/i, (key) => numbers.take(key), undefined],
    ["delete", /\r\ndel\r\n/i, (key) => numbers.delete(key), undefined],
    ["update", /\r\neval\r\n/i, (key) => numbers.update(key, (n) => n! + 1), 2],
  ];
  for (const [name, command, run, after] of changes) {
    it(`rejects if the outcome of ${name} is unknown`, async () => {
      if (name !== "add") await numbers.set(name, 1);
      proxy.loseReply(command);
      const error = await assertRejects(
        () => run(name),
        StorageError,
        "the connection broke before the reply came",
      ) as StorageError;
      assert(proxy.hasLost);
      assertEquals(error.code, "unavailable");
      assertEquals(await numbers.get(name), after);
    });
  }

  const repeats: [
    name: string,
    command: RegExp,
    run: (key: string) => Promise<unknown>,
    result: unknown,
  ][] = [
    ["get", /\r\nget\r\n/i, (key) => numbers.get(key), 1],
    ["set", /\r\nset\r\n/i, (key) => numbers.set(key, 1), undefined],
    [
      "keepTtl",
      /\r\nset\r\n/i,
      (key) => numbers.set(key, 1, { keepTtl: true }),
      undefined,
    ],
    ["touch", /\r\npexpire\r\n/i, (key) => numbers.touch(key), true],
  ];
  for (const [name, command, run, result] of repeats) {
    it(`repeats ${name}, which is idempotent`, async () => {
      await numbers.set(name, 1);
      proxy.loseReply(command);
      assertEquals(await run(name), result);
      assert(proxy.hasLost);
      assertEquals(await numbers.get(name), 1);
      assert(await numbers.remainingTtl(name) as number > 500_000);
    });
  }
});
