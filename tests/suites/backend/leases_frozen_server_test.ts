/** A server that does not answer for longer than a lease lasts, and clocks that are set. */

import { Leases } from "@mayfly/store/lease";
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Redis } from "ioredis";
import process from "node:process";
import { isLeftOut, REDIS_PROGRAM } from "../oracle/programs.ts";
import { startRedisServer } from "../oracle/redis_server.ts";
import { delay } from "./suite.ts";

const TTL = 600;

describe("a lease on a server", {
  ignore: isLeftOut("leases on a frozen server", REDIS_PROGRAM),
  sanitizeOps: false,
  sanitizeResources: false,
}, () => {
  it("is lost, when the server is frozen, before another process can acquire it", async () => {
    const server = (await startRedisServer())!;
    const [a, b] = [new Redis(server.url), new Redis(server.url)];
    try {
      const pid = Number(/process_id:(\d+)/.exec(await b.info("server"))![1]);
      const events: string[] = [];
      const lease = await new Leases({ storage: a, ttl: TTL }).acquire("k");
      lease!.signal.addEventListener("abort", () => events.push("aborted"));
      process.kill(pid, "SIGSTOP");
      const next = new Leases({ storage: b, ttl: TTL }).acquire("k");
      next.then(() => events.push("another's"));
      const released = delay(TTL / 2).then(() => lease!.release());
      // The server is silent: this process's own clock tells.
      assertEquals(await released, false);
      process.kill(pid, "SIGCONT");
      assertEquals(await (await next)!.release(), true);
      assertEquals(events, ["aborted", "another's"]);
    } finally {
      a.disconnect();
      b.disconnect();
      await server.stop();
    }
  });

  it("does not depend on a clock that is set by an hour", async () => {
    const server = (await startRedisServer())!;
    const [a, b] = [new Redis(server.url), new Redis(server.url)];
    const { now } = Date;
    try {
      const [holder, waiter] = [a, b].map((storage) =>
        new Leases({ storage, ttl: 5000 })
      );
      let fence = 0;
      for (const hours of [1, -1, 0]) {
        const lease = await holder!.acquire("k");
        Date.now = () => now() + hours * 3_600_000;
        assertEquals(await waiter!.acquire("k", { wait: 50 }), undefined);
        assertEquals(lease!.signal.aborted, false);
        assert(lease!.fence > fence);
        ({ fence } = lease!);
        assertEquals(await lease!.release(), true);
        const next = await waiter!.acquire("k");
        assert(next!.fence > fence);
        ({ fence } = next!);
        assertEquals(await next!.release(), true);
      }
    } finally {
      Date.now = now;
      a.disconnect();
      b.disconnect();
      await server.stop();
    }
  });
});
