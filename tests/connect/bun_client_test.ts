/** Bun's own client, which `connectStorage` takes where no other is installed. */

import { StorageError, type StorageErrorCode } from "@mayfly/store";
import { runtime } from "@mayfly/store/runtime";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { readBackendUrl } from "../../src/connect/_url.ts";
import { openClient } from "../../src/connect/_open_client.ts";
import type { BunModule } from "../../src/connect/_find_client.ts";
import { type Answer, bulk, FakeServer } from "./_fake_server.ts";

let server: FakeServer | undefined;

async function start(answer: Answer, port?: number): Promise<string> {
  server = await FakeServer.start(answer, port);
  return server.url;
}

/** Opens a URL with Bun's client. */
async function open(url: string, connectTimeout = 10_000) {
  const where = readBackendUrl({ name: "url", text: url });
  if (where.kind !== "server") throw new Error("It is no URL of a server");
  const { Bun } = globalThis as unknown as { Bun: BunModule };
  return await openClient({ kind: "bun", module: Bun }, {
    ...{ address: where.address, shown: url, client: {}, connectTimeout },
    ...{ commandTimeout: 30_000, timeLeft: connectTimeout },
    ...{ logger: undefined, signal: undefined },
  });
}

// The other runtimes do not have it.
if (runtime === "bun") {
  describe("Bun's client", () => {
    afterEach(async () => {
      await server?.close();
      server = undefined;
    });

    it("reports at once why it cannot connect", async () => {
      const reasons: [url: string, reason: RegExp][] = [
        ["redis://127.0.0.1:1", /ECONNREFUSED/],
        ["redis://no-such-host.invalid", /ENOTFOUND|EAI_AGAIN|getaddrinfo/],
      ];
      for (const [url, reason] of reasons) {
        const error = await assertRejects(() => open(url, 3000), StorageError);
        const { code, message } = error as StorageError;
        assertEquals(code, "unavailable" satisfies StorageErrorCode);
        assertMatch(message, reason);
      }
    });

    it("waits for a server that is loading its data", async () => {
      let pings = 0;
      const url = await start(([word]) =>
        word === "PING" && ++pings < 3
          ? "-LOADING Redis is loading\r\n"
          : undefined
      );
      const storage = await open(url);
      assertEquals(pings, 3);
      await storage.close();
    });

    it("reconnects each time its server has gone", async () => {
      const answer: Answer = ([word]) => word === "GET" ? bulk("v") : undefined;
      const url = await start(answer);
      const storage = await open(url);
      const port = Number(new URL(url).port);
      for (let round = 0; round < 3; round++) {
        assertEquals(await storage.get("k"), "v");
        await server!.close();
        const waiting = storage.get("k");
        await new Promise((resolve) => setTimeout(resolve, 50));
        await start(answer, port);
        assertEquals(await waiting, "v");
      }
      await storage.close();
      await assertRejects(
        () => storage.get("k") as Promise<null>,
        StorageError,
      );
    });

    it("can be closed while it reconnects", async () => {
      const storage = await open(await start(() => undefined));
      const port = Number(new URL(server!.url).port);
      await server!.close();
      const waiting = assertRejects(
        () => storage.get("k") as Promise<null>,
        StorageError,
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      await storage.close();
      await start(() => undefined, port);
      await waiting;
      await new Promise((resolve) => setTimeout(resolve, 300));
      assertEquals(server!.connections, 0);
    });

    it("stops waiting for a server that has gone after connectTimeout", async () => {
      const storage = await open(await start(() => undefined), 500);
      await server!.close();
      const error = await assertRejects(
        () => storage.get("k") as Promise<null>,
        StorageError,
        "ECONNREFUSED",
      );
      assertEquals((error as StorageError).code, "unavailable");
      await storage.close();
    });
  });
}
