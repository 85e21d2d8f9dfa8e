/** The stores in the SDK's own server and client, within this process. */

import { InMemoryStorage } from "@mayfly/store";
import {
  createRequestState,
  createResponseCacheStore,
} from "@mayfly/store/mcp";
import {
  Client,
  type ClientOptions,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import {
  acceptedContent,
  createMcpHandler,
  inputRequired,
  McpServer,
} from "@modelcontextprotocol/server";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import * as z from "zod";
import { Sessions } from "../../examples/http/sessions.ts";

const URL_OF_SERVER = "http://localhost/mcp";
const HEADERS = {
  "accept": "application/json, text/event-stream",
  "content-type": "application/json",
};

/** Timers of the SDK's that are still to fire. */
const sanitize = { sanitizeOps: false, sanitizeResources: false };

interface Booking {
  city: string;
  seat: number;
}

const seatSchema = z.object({ ok: z.boolean() });

/** A server that asks before it books, and what it has booked. */
function bookingServer(storage: InMemoryStorage, booked: Booking[]) {
  const state = createRequestState<Booking>({ storage, once: true });
  return createMcpHandler(() => {
    const server = new McpServer(
      { name: "booking", version: "1" },
      { requestState: { verify: state.verify } },
    );
    server.registerTool(
      "book",
      { inputSchema: z.object({ city: z.string() }) },
      async ({ city }, ctx) => {
        const { inputResponses } = ctx.mcpReq;
        const answer = acceptedContent(inputResponses, "confirm", seatSchema);
        const offer = ctx.mcpReq.requestState<Booking>();
        if (answer?.ok && offer) {
          booked.push(offer);
          return { content: [{ type: "text", text: `Seat ${offer.seat}` }] };
        }
        return inputRequired({
          inputRequests: {
            confirm: inputRequired.elicit({
              message: "Book it?",
              requestedSchema: seatSchema,
            }),
          },
          requestState: await state.mint({ city, seat: 7 }, ctx),
        });
      },
    );
    return server;
  }, { legacy: "reject" });
}

async function connectModern(
  fetch: (request: Request) => Promise<Response>,
  options: ClientOptions = {},
): Promise<Client> {
  const client = new Client({ name: "test", version: "0" }, {
    capabilities: { elicitation: {} },
    versionNegotiation: { mode: { pin: "2026-07-28" } },
    ...options,
  });
  client.setRequestHandler(
    "elicitation/create",
    () => ({ action: "accept" as const, content: { ok: true } }),
  );
  await client.connect(
    new StreamableHTTPClientTransport(new URL(URL_OF_SERVER), {
      fetch: (url, init) => fetch(new Request(url, init)),
    }),
  );
  return client;
}

describe("createRequestState in the SDK's server", sanitize, () => {
  it("keeps a payload while the user is asked, once", async () => {
    using storage = new InMemoryStorage();
    const booked: Booking[] = [];
    const handler = bookingServer(storage, booked);
    const requests: Request[] = [];
    const client = await connectModern((request) => {
      requests.push(request.clone());
      return handler.fetch(request);
    });
    const { content } = await client.callTool({
      name: "book",
      arguments: { city: "Kyoto" },
    });
    assertEquals(content, [{ type: "text", text: "Seat 7" }]);
    assertEquals(booked, [{ city: "Kyoto", seat: 7 }]);

    // The answer again, as it was.
    const replayed = await handler.fetch(requests.at(-1)!.clone());
    const text = await replayed.text();
    assertStringIncludes(text, "Invalid or expired requestState");
    assertStringIncludes(text, "-32602");
    assertEquals(booked.length, 1);

    // And with a state that was made up.
    const body = await requests.at(-1)!.clone().json();
    body.params.requestState = "A".repeat(44);
    const forged = await handler.fetch(
      new Request(requests.at(-1)!, { body: JSON.stringify(body) }),
    );
    assertStringIncludes(
      await forged.text(),
      "Invalid or expired requestState",
    );
    assertEquals(booked.length, 1);
    await client.close();
    await handler.close();
  });

  it("shows the client nothing of the payload", async () => {
    using storage = new InMemoryStorage();
    const handler = bookingServer(storage, []);
    let seen = "";
    const client = await connectModern(async (request) => {
      const response = await handler.fetch(request);
      seen += await response.clone().text();
      return response;
    });
    await client.callTool({ name: "book", arguments: { city: "Kyoto" } });
    const state = /"requestState":"([^"]+)"/.exec(seen)![1]!;
    const decoded = atob(state.replaceAll("-", "+").replaceAll("_", "/"));
    assert(!decoded.includes("Kyoto") && !decoded.includes("seat"), decoded);
    await client.close();
    await handler.close();
  });
});

describe("createResponseCacheStore in the SDK's client", sanitize, () => {
  it("serves a second client, which checks output with a stale list", async () => {
    using storage = new InMemoryStorage();
    let lists = 0;
    const handler = createMcpHandler(() => {
      const server = new McpServer({ name: "cached", version: "1" }, {
        cacheHints: { "tools/list": { ttlMs: 60_000, cacheScope: "public" } },
      });
      server.registerTool(
        "answer",
        { outputSchema: z.object({ answer: z.number() }) },
        () => ({ content: [], structuredContent: { answer: 42 } }),
      );
      return server;
    }, { legacy: "reject" });
    const fetch = async (request: Request) => {
      if ((await request.clone().text()).includes('"tools/list"')) lists++;
      return await handler.fetch(request);
    };
    const names = async (client: Client) =>
      (await client.listTools()).tools.map(({ name }) => name);
    const clients = await Promise.all([0, 1].map(() =>
      connectModern(fetch, {
        responseCacheStore: createResponseCacheStore({ storage }),
      })
    ));
    const [one, another] = clients as [Client, Client];
    assertEquals(await names(one), ["answer"]);
    assertEquals(await names(another), ["answer"]);
    assertEquals(lists, 1);
    await createResponseCacheStore({ storage }).clear();
    assertEquals(await names(another), ["answer"]);
    assertEquals(lists, 2);
    const { structuredContent } = await another.callTool({ name: "answer" });
    assertEquals(structuredContent, { answer: 42 });
    for (const client of clients) await client.close();
    await handler.close();
  });
});

describe("the sessions of the HTTP server", sanitize, () => {
  const initialize = JSON.stringify({
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "test", version: "0" },
    },
  });

  const makeServer = () => new McpServer({ name: "test", version: "0" });

  async function begin(sessions: Sessions): Promise<string> {
    const response = await sessions.handle(
      new Request(URL_OF_SERVER, {
        method: "POST",
        headers: HEADERS,
        body: initialize,
      }),
    );
    await response.text();
    return response.headers.get("mcp-session-id")!;
  }

  function listen(sessions: Sessions, id: string): Promise<Response> {
    return sessions.handle(
      new Request(URL_OF_SERVER, {
        headers: { ...HEADERS, "mcp-session-id": id },
      }),
    );
  }

  it("close their transport when their TTL is over", async () => {
    using time = new FakeTime();
    using storage = new InMemoryStorage();
    let closed = 0;
    const sessions = new Sessions(storage, () => {
      const server = new McpServer({ name: "test", version: "0" });
      server.server.onclose = () => closed++;
      return server;
    });
    const id = await begin(sessions);
    const { status, body } = await listen(sessions, id);
    assertEquals(status, 200);
    const reader = body!.getReader();
    await time.tickAsync(29 * 60_000);
    assertEquals([sessions.counts().open, closed], [1, 0]);
    await time.tickAsync(2 * 60_000);
    assertEquals([sessions.counts().open, closed], [0, 1]);
    // The stream ends: nobody waits for what will never come.
    while (!(await reader.read()).done);
    assertEquals((await listen(sessions, id)).status, 404);
    sessions.close();
  });

  it("are shared by two concurrent requests, also after a restart", async () => {
    using storage = new InMemoryStorage();
    let made = 0;
    const make = () => {
      made++;
      return new McpServer({ name: "test", version: "0" });
    };
    const before = new Sessions(storage, make);
    const id = await begin(before);
    before.close();
    const after = new Sessions(storage, make);
    made = 0;
    const responses = await Promise.all([listen(after, id), listen(after, id)]);
    assertEquals(responses.map(({ status }) => status).sort(), [200, 409]);
    assertEquals(made, 1);
    assertEquals(after.counts().open, 1);
    after.close();
    assertEquals(after.counts().open, 0);
  });

  it("can be resumed after a failed attempt", async () => {
    using storage = new InMemoryStorage();
    const before = new Sessions(storage, makeServer);
    const id = await begin(before);
    before.close();
    let isBroken = true;
    const after = new Sessions(storage, () => {
      if (isBroken) throw new Error("Out of order");
      return makeServer();
    });
    await assertRejects(() => listen(after, id), Error, "Out of order");
    isBroken = false;
    assertEquals((await listen(after, id)).status, 200);
    after.close();
  });

  it("keep nothing of a request that starts no session", async () => {
    using storage = new InMemoryStorage();
    const sessions = new Sessions(storage, makeServer);
    const refused = await sessions.handle(
      new Request(URL_OF_SERVER, {
        method: "POST",
        headers: { ...HEADERS, accept: "text/html" },
        body: initialize,
      }),
    );
    assertEquals(refused.status, 406);
    for (
      const body of ["{", "[]", '{"jsonrpc":"2.0","id":1,"method":"ping"}']
    ) {
      const response = await sessions.handle(
        new Request(URL_OF_SERVER, { method: "POST", headers: HEADERS, body }),
      );
      assertEquals(response.status, 400);
    }
    assertEquals((await listen(sessions, crypto.randomUUID())).status, 404);
    assertEquals(sessions.counts().open, 0);
    assertEquals(storage.dbsize(), 0);
    sessions.close();
  });
});
