import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  connect,
  plain,
  scratchFolder,
  startServer,
  stepsOf,
  type TestClient,
  until,
} from "./_http.ts";
import { REDIS_PROGRAM } from "../suites/oracle/programs.ts";
import { startRedisServer } from "../suites/oracle/redis_server.ts";
import { processes, readRest } from "./_http_support.ts";

/** Where two servers, or a server and the one after it, find the same keys. */
const SHARED: Record<
  string,
  () => Promise<{ url: string } & AsyncDisposable>
> = {
  "a file": openFile,
  ...REDIS_PROGRAM ? { "a Redis server": openRedis } : {},
};

// deno-lint-ignore require-await
async function openFile() {
  const scratch = scratchFolder();
  return {
    url: `file:${scratch.path}/state.db`,
    // deno-lint-ignore require-await
    async [Symbol.asyncDispose]() {
      scratch[Symbol.dispose]();
    },
  };
}

async function openRedis() {
  const { url, stop } = (await startRedisServer({ program: REDIS_PROGRAM }))!;
  return { url, [Symbol.asyncDispose]: stop };
}

describe("the HTTP server, killed or terminated", processes, () => {
  it("exits in time at SIGTERM, with open streams", async () => {
    const server = await startServer();
    const { client, told, call } = await connect(server.url);
    const calling = call("run_job", { name: "a", steps: 9_999, pauseMs: 10 })
      .catch((error) => error);
    await until(() => told.length > 3);
    const start = Date.now();
    assertEquals(await server.end("SIGTERM"), 0);
    assertLess(Date.now() - start, 5_000);
    await client.close();
    assert(await calling instanceof Error);
  });

  for (const [where, open] of Object.entries(SHARED)) {
    it(`a client resumes after a kill and a restart on ${where}`, async () => {
      await using storage = await open();
      let server = await startServer({ MAYFLY_URL: storage.url });
      let isOffline = false;
      let isCut = false;
      const { client, transport, told, call } = await connect(server.url, {
        isOffline: () => isOffline,
        cutAfter() {
          // The streams of notifications and of the call: from then on nobody can be reached.
          if (!isCut) return undefined;
          isOffline = true;
          return 3;
        },
      });
      const session = transport.sessionId!;
      const ids: string[] = [];
      isCut = true;
      const calling = client.callTool({
        name: "run_job",
        arguments: { name: "a", steps: 30, pauseMs: 5 },
      }, { onresumptiontoken: (id) => ids.push(id) });
      await until(() => ids.length >= 4);
      // The job goes on without the client. When all is stored, the server is killed.
      await readRest(server.url, session, ids[0]!);
      const { port } = server;
      await server.end();
      server = await startServer({ MAYFLY_URL: storage.url, PORT: port });
      assertEquals(plain(told), stepsOf("a", 3));
      isCut = isOffline = false;
      const { structuredContent } = await calling;
      assertEquals(plain(told), stepsOf("a", 30));
      // The session goes on, and the handle was kept.
      assertEquals(
        await call("take_result", structuredContent as { handle: string }),
        { name: "a", steps: 30 },
      );
      await client.close();
      assertEquals(await server.end("SIGTERM"), 0);
    });

    it(`a handle is taken once, by another process, on ${where}`, async () => {
      await using storage = await open();
      const servers = await Promise.all(
        [0, 1].map(() => startServer({ MAYFLY_URL: storage.url })),
      );
      const clients = await Promise.all(
        servers.map(({ url }) => connect(url, { stateless: true })),
      );
      const [minting, spending] = clients as [TestClient, TestClient];
      for (let i = 0; i < 10; i++) {
        const { handle } = await minting.call("run_job", {
          name: "b",
          steps: i,
        });
        const takes = await Promise.allSettled(
          Array.from(
            { length: 6 },
            (_, k) => clients[k % 2]!.call("take_result", { handle }),
          ),
        );
        assertEquals(
          takes.filter(({ status }) => status === "fulfilled"),
          [{ status: "fulfilled", value: { name: "b", steps: i } }],
        );
        await assertRejects(
          () => spending.call("take_result", { handle }),
          Error,
          "gone",
        );
      }
      assertEquals(minting.transport.sessionId, undefined);
      for (const { client } of clients) await client.close();
      for (const server of servers) await server.end();
    });
  }
});
