import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { createConnection, type Socket } from "node:net";
import type { HttpServerProcess } from "../../examples/demo/http_process.ts";
import {
  connect,
  plain,
  startServer,
  stepsOf,
  type TestClient,
  until,
} from "./_http.ts";
import { get, processes, readRest } from "./_http_support.ts";

/** Sends the request for a stream. */
function resume({ transport, url }: TestClient, id: string): Promise<Response> {
  return get(url, transport.sessionId!, { "last-event-id": id });
}

/** The status of a response, of which nothing else is read. */
async function statusOf(response: Promise<Response>): Promise<number> {
  const { status, body } = await response;
  await body?.cancel();
  return status;
}

/** The beginning of what a server answers to some bytes; `""` if it hangs up. */
function answerTo(server: HttpServerProcess, bytes: string): Promise<string> {
  const socket = createConnection(Number(server.port), "127.0.0.1");
  socket.write(bytes);
  return new Promise((resolve) => {
    socket.on("data", (chunk) => {
      resolve(String(chunk));
      socket.destroy();
    });
    socket.on("error", () => resolve(""));
    socket.on("close", () => resolve(""));
  });
}

/** Calls a tool over a socket of its own. */
function callRaw(
  server: HttpServerProcess,
  session: string,
  params: Record<string, unknown>,
): Socket {
  const body = JSON.stringify({
    ...{ jsonrpc: "2.0", id: "raw", method: "tools/call" },
    params,
  });
  const socket = createConnection(Number(server.port), "127.0.0.1");
  socket.on("error", () => {});
  socket.write(
    `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nMcp-Session-Id: ${session}\r\n` +
      "Mcp-Protocol-Version: 2025-11-25\r\n" +
      "Accept: application/json, text/event-stream\r\n" +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

describe("the HTTP server, with sessions", processes, () => {
  let server: HttpServerProcess;

  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    await server.end();
  });

  it("sends every event once, in order, if the call's stream breaks", async () => {
    let cuts = 0;
    const { client, told, call } = await connect(server.url, {
      cutAfter({ method, lastEventId }) {
        // The call's stream, then each that resumes it: a few events each.
        if (method === "POST" || lastEventId === null) {
          return method === "POST" && cuts === 0 ? 4 : undefined;
        }
        return ++cuts < 5 ? 3 : undefined;
      },
    });
    const { handle } = await call("run_job", {
      name: "a",
      steps: 40,
      pauseMs: 5,
    });
    assertEquals(plain(told), stepsOf("a", 40));
    assertEquals(cuts, 5);
    assertEquals(await call("take_result", { handle }), {
      name: "a",
      steps: 40,
    });
    await client.close();
  });

  it("sends every notification once if the GET stream breaks", async () => {
    let cuts = 0;
    const { client, told, call } = await connect(server.url, {
      cutAfter: ({ method }) => method === "GET" && cuts++ < 6 ? 5 : undefined,
    });
    await call("remind_me", { text: "b", times: 60, afterMs: 3 });
    await until(() => told.length >= 60);
    assertEquals(plain(told), stepsOf("b", 60));
    await client.close();
  });

  it("never sends a client the events of another", async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, (_, i) => {
      let cuts = 0;
      return connect(server.url, {
        cutAfter: ({ method }) =>
          method === "GET" && cuts++ < 4 ? 3 + i : undefined,
      });
    }));
    await Promise.all(clients.map(async ({ call }, i) => {
      await call("remind_me", { text: `c${i}`, times: 30, afterMs: 2 });
      await call("run_job", { name: `d${i}`, steps: 30, pauseMs: 2 });
    }));
    await until(() => clients.every(({ told }) => told.length >= 60));
    for (const [i, { client, told }] of clients.entries()) {
      for (const name of [`c${i}`, `d${i}`]) {
        assertEquals(
          plain(told).filter((one) => one.name === name),
          stepsOf(name, 30),
        );
      }
      assertEquals(told.length, 60);
      await client.close();
    }
  });

  it("returns a result once", async () => {
    const { client, call } = await connect(server.url);
    const { handle } = await call("run_job", { name: "e", steps: 0 });
    assertEquals(await call("take_result", { handle }), {
      name: "e",
      steps: 0,
    });
    await assertRejects(() => call("take_result", { handle }), Error, "gone");
    await client.close();
  });

  it("answers an unknown event id with 400", async () => {
    const clients = [await connect(server.url), await connect(server.url)];
    const ids: string[] = [];
    for (const { client } of clients) {
      await client.callTool({
        name: "run_job",
        arguments: { name: "f", steps: 3 },
      }, { onresumptiontoken: (id) => ids.push(id) });
    }
    const [one, another] = clients as [TestClient, TestClient];
    const own = ids[0]!;
    const last = own.at(-1) === "0" ? "1" : "0";
    for (
      const id of [
        ids.at(-1)!, // Another session's.
        own.slice(0, -1) + last,
        own.replace(/\.(\d+)\./, (_, start) => `.${Number(start) + 1}.`),
        "_GET_stream.0." + own.split(".").at(-1),
        "_GET_stream",
        "x",
        "..",
        "%",
      ]
    ) assertEquals(await statusOf(resume(one, id)), 400, id);
    assertEquals(await statusOf(resume(one, own)), 200);
    assertEquals(await statusOf(resume(another, own)), 400);
    for (const { client } of clients) await client.close();
  });

  it("sends the reconnection delay (retry) first", async () => {
    const { client, transport } = await connect(server.url);
    const response = await fetch(server.url, {
      method: "POST",
      headers: {
        "accept": "application/json, text/event-stream",
        "content-type": "application/json",
        "mcp-session-id": transport.sessionId!,
      },
      body: '{"jsonrpc":"2.0","id":9,"method":"tools/list"}',
    });
    const text = await response.text();
    assert(text.startsWith("retry: 1000\n\n"), text.slice(0, 80));
    assertMatch(text, /"take_result"/);
    await client.close();
  });

  it("rejects a session that has ended or never existed", async () => {
    const one = await connect(server.url);
    const { sessionId } = one.transport;
    await one.transport.terminateSession();
    for (const id of [sessionId!, crypto.randomUUID(), "../../etc/passwd"]) {
      assertEquals(await statusOf(get(server.url, id)), 404);
    }
    await one.client.close();
  });

  it("answers malformed requests with a status, and continues", async () => {
    const { client, transport, call } = await connect(server.url);
    const good = {
      "content-type": "application/json",
      "accept": "application/json, text/event-stream",
    };
    const session = { ...good, "mcp-session-id": transport.sessionId! };
    const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    const cases: [number, RequestInit][] = [
      [400, { method: "POST", headers: good, body: "{" }],
      [400, { method: "POST", headers: session, body: "{" }],
      [400, { method: "POST", headers: session, body: "" }],
      [400, { method: "POST", headers: session, body: "[1,2" }],
      [400, { method: "POST", headers: session, body: '{"id":1}' }],
      [400, { method: "POST", headers: session, body: '\u0000"' }],
      [400, {
        method: "POST",
        headers: session,
        body: `[${Array(1_001).fill(ping).join()}]`,
      }],
      [406, {
        method: "POST",
        headers: { ...session, accept: "text/html" },
        body: ping,
      }],
      [415, {
        method: "POST",
        headers: { ...session, "content-type": "text/plain" },
        body: ping,
      }],
      [413, { method: "POST", headers: session, body: "x".repeat(10_000_000) }],
      [413, {
        method: "POST",
        headers: session,
        body: `{"jsonrpc":"2.0","id":1,"method":"${"x".repeat(10_000_000)}"}`,
      }],
      [405, { method: "PUT", headers: session, body: ping }],
      [400, { method: "POST", headers: good, body: ping }],
      [406, { method: "GET", headers: { ...session, accept: "text/html" } }],
      [403, {
        method: "POST",
        headers: { ...session, origin: "http://evil.example" },
        body: ping,
      }],
    ];
    for (const [status, init] of cases) {
      const response = fetch(server.url, init);
      assertEquals(
        await statusOf(response),
        status,
        String(init.body).slice(0, 50),
      );
    }
    assertEquals(
      await statusOf(fetch(new URL("/other", server.url))),
      404,
    );
    for (
      const head of [
        "GET /mcp HTTP/1.1\r\nHost: a b",
        "TRACE /mcp HTTP/1.1\r\nHost: x",
        "nonsense",
      ]
    ) {
      assertMatch(
        await answerTo(server, `${head}\r\n\r\n`),
        /^(HTTP\/1.1 4|$)/,
      );
    }
    const { handle } = await call("run_job", { name: "g", steps: 1 });
    assertEquals(await call("take_result", { handle }), {
      name: "g",
      steps: 1,
    });
    await client.close();
  });

  it("answers 1,000 calls at once", async () => {
    const { client, told, call } = await connect(server.url);
    const replies = await Promise.all(
      Array.from(
        { length: 1_000 },
        (_, i) => call("run_job", { name: `h${i}`, steps: 1 }),
      ),
    );
    assertEquals(new Set(replies.map(({ handle }) => handle)).size, 1_000);
    assertEquals(told.length, 1_000);
    await client.close();
  });

  it("disconnects a client that does not read, and buffers no more for it", async () => {
    const { client, transport, call } = await connect(server.url);
    // 30 MB in all.
    const socket = callRaw(server, transport.sessionId!, {
      name: "run_job",
      arguments: { name: "i", steps: 3_000, padding: "x".repeat(10_000) },
    });
    socket.pause();
    let handle: unknown;
    // The server goes on meanwhile.
    for (let i = 0; i < 5; i++) {
      ({ handle } = await call("run_job", {
        name: "j",
        steps: 1,
        pauseMs: 100,
      }));
    }
    assertEquals(await call("take_result", { handle }), {
      name: "j",
      steps: 1,
    });
    let received = 0;
    socket.on("data", (chunk: Uint8Array) => received += chunk.length);
    await new Promise((resolve) => socket.on("close", resolve).resume());
    assertLess(received, 15_000_000);
    await client.close();
  });

  it("continues when a client vanishes, and keeps the events that it missed", async () => {
    const { client, transport, call } = await connect(server.url);
    const socket = callRaw(server, transport.sessionId!, {
      name: "run_job",
      arguments: { name: "k", steps: 20, pauseMs: 20 },
    });
    let text = "";
    await new Promise<void>((resolve) =>
      socket.on("data", (chunk) => {
        text += chunk;
        if (text.includes('"step":3')) resolve();
      })
    );
    socket.resetAndDestroy();
    const [id] = /(?<=^id: )\S+(?=\r?$)/m.exec(text)!;
    // The job goes on without it; then all of it is there.
    await call("run_job", { name: "l", steps: 1, pauseMs: 1_000 });
    const rest = await readRest(server.url, transport.sessionId!, id!);
    for (let step = 1; step <= 20; step++) {
      assertEquals(rest.split(`"step":${step},`).length, 2, `step ${step}`);
    }
    assertStringIncludes(rest, '"handle"');
    await client.close();
  });
});
