/** The server has done a command, its reply is lost, and the client sends the command again. */

import { type StorageBackend, StorageError, update } from "@mayfly/store";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { Redis } from "ioredis";
import { Redis as Valkey } from "iovalkey";
import { watchConnection } from "../../../src/backend/_lost_reply.ts";
import { LossyProxy } from "../oracle/lossy_proxy.ts";
import { isLeftOut, REDIS_PROGRAM } from "../oracle/programs.ts";
import { type RedisServer, startRedisServer } from "../oracle/redis_server.ts";

type Client = StorageBackend & { disconnect(): void };

const CLIENTS: Record<string, (url: string) => Client> = {
  ioredis: (url) => new Redis(url),
  iovalkey: (url) => new Valkey(url),
};

for (const [name, makeClient] of Object.entries(CLIENTS)) {
  describe(`A reply that ${name} lost`, {
    ignore: isLeftOut(`a lost reply of ${name}`, REDIS_PROGRAM),
    sanitizeOps: false,
    sanitizeResources: false,
  }, () => {
    let server: RedisServer;
    let proxy: LossyProxy;
    let client: Client;

    beforeEach(async () => {
      server = (await startRedisServer())!;
      proxy = await LossyProxy.open(server.port);
      client = makeClient(proxy.url);
      await client.set("k", "1");
    });
    afterEach(async () => {
      client.disconnect();
      await proxy.close();
      await server.stop();
    });

    it("makes update reject, and changes the value once", async () => {
      proxy.loseReply(/eval/i);
      const add = (value: string | null) => String(Number(value) + 1);
      const error = await assertRejects(
        () => update(client, "k", add),
        StorageError,
        "Cannot update the key: the connection broke before the reply came",
      ) as StorageError;
      assertEquals(error.code, "unavailable");
      assert(proxy.hasLost);
      assertEquals(await client.get("k"), "2");
      assertEquals(await update(client, "k", add), "3");
    });

    it("is detected once", async () => {
      const isLost = watchConnection(client);
      proxy.loseReply(/getdel/i);
      assertEquals([await client.getdel("k"), isLost()], [null, true]);
      await client.set("k", "2");
      const isLostAgain = watchConnection(client);
      assertEquals([await client.getdel("k"), isLostAgain()], ["2", false]);
    });
  });
}
