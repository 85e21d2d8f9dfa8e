/** No lost reply makes a lease, a cache or an effect say what is not so. */

import { Cache } from "@mayfly/store/cache";
import { connectStorage } from "@mayfly/store/connect";
import { Leases } from "@mayfly/store/lease";
import { Once } from "@mayfly/store/once";
import { assert, assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { LossyProxy } from "../oracle/lossy_proxy.ts";
import { isLeftOut, REDIS_PROGRAM } from "../oracle/programs.ts";
import { type RedisServer, startRedisServer } from "../oracle/redis_server.ts";

/** The commands whose replies are lost, one at a time. */
const COMMANDS = [/\r\nset\r\n/i, /\r\nget\r\n/i, /eval/i];

describe("A lost reply", {
  ignore: isLeftOut("lost replies of leases", REDIS_PROGRAM),
  sanitizeOps: false,
  sanitizeResources: false,
}, () => {
  let server: RedisServer;
  let proxy: LossyProxy;
  let storage: Awaited<ReturnType<typeof connectStorage>>;

  beforeEach(async () => {
    server = (await startRedisServer())!;
    proxy = await LossyProxy.open(server.port);
    storage = await connectStorage(proxy.url);
  });
  afterEach(async () => {
    await storage.close();
    await proxy.close();
    await server.stop();
  });

  /** What a call comes to: its value, or the name of what it throws. */
  async function outcome(call: Promise<unknown>): Promise<unknown> {
    try {
      return await call;
    } catch (error) {
      return (error as Error).name;
    }
  }

  it("to an acquisition is an error, or the lease is held", async () => {
    const leases = new Leases({ storage, ttl: 60_000 });
    for (const [i, command] of COMMANDS.entries()) {
      proxy.loseReply(command);
      const key = `k${i}`;
      const lease = await leases.acquire(key, { wait: 0 }).catch((error) => {
        assertEquals(error.name, "StorageError");
      });
      assert(proxy.hasLost, String(command));
      assertEquals(await lease?.release() ?? true, true);
      // Nobody has it.
      const next = await leases.acquire(key, { wait: 10_000 });
      assertEquals(await next!.release(), true);
    }
  });

  it("to a release does not keep the lease", async () => {
    const leases = new Leases({ storage, ttl: 60_000 });
    for (const command of COMMANDS.slice(1)) {
      const lease = await leases.acquire("k");
      proxy.loseReply(command);
      assertEquals(await lease!.release(), true);
      assert(proxy.hasLost, String(command));
      assertEquals(lease!.signal.aborted, false);
    }
  });

  it("to a command of Once does not run the effect twice", async () => {
    const once = new Once<number>("o", { storage, lease: 2000 });
    for (const [i, command] of COMMANDS.entries()) {
      for (const when of ["before", "after"]) {
        let count = 0;
        const effect = () => {
          if (when === "after") proxy.loseReply(command);
          return ++count;
        };
        const key = `${i} ${when}`;
        if (when === "before") proxy.loseReply(command);
        const first = await outcome(once.run(key, effect));
        const second = await outcome(once.run(key, () => ++count));
        assertEquals(count, 1, key);
        const known = [1, "StorageError", "OnceUnknownError"];
        assert(known.includes(first as string), `${key}: ${first}`);
        assert(known.includes(second as string), `${key}: ${second}`);
      }
    }
  });

  it("to a command of a cache does not lose the loaded value", async () => {
    const cache = new Cache<number>("c", { storage, ttl: 60_000 });
    for (const [i, command] of COMMANDS.entries()) {
      const key = `k${i}`;
      const value = await cache.get(key, () => {
        proxy.loseReply(command);
        return i;
      });
      assertEquals(value, i);
      assertEquals(await cache.get(key, () => i), i);
    }
  });
});
