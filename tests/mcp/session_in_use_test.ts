import { InMemoryStorage } from "@mayfly/store";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { McpServer } from "@modelcontextprotocol/server";
import { Sessions } from "../../examples/http/sessions.ts";

const TTL = 1000;
const TAKES = 2000;

/** A server with one tool, which takes its time. */
function makeServer(): McpServer {
  const server = new McpServer({ name: "slow", version: "0" });
  server.registerTool("work", { description: "Takes 2 s." }, async () => {
    await new Promise((done) => setTimeout(done, TAKES));
    return { content: [{ type: "text", text: "finished" }] };
  });
  return server;
}

function post(message: Record<string, unknown>, id?: string | null): Request {
  return new Request("http://localhost/mcp", {
    method: "POST",
    headers: {
      "accept": "application/json, text/event-stream",
      "content-type": "application/json",
      ...(id && { "mcp-session-id": id }),
    },
    body: JSON.stringify({ jsonrpc: "2.0", ...message }),
  });
}

const INITIALIZE = {
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "test", version: "0" },
  },
};

describe("a session of the HTTP example", () => {
  it("stays during a request that takes longer than its TTL, even if the store is full", async () => {
    using storage = new InMemoryStorage();
    const sessions = new Sessions(storage, makeServer, TTL, 1);
    try {
      const begun = await sessions.handle(post(INITIALIZE));
      assertEquals(begun.status, 200);
      await begun.text();
      const id = begun.headers.get("mcp-session-id");
      const call = { id: 2, method: "tools/call", params: { name: "work" } };
      const response = await sessions.handle(post(call, id));
      assertEquals(response.status, 200);
      const other = await sessions.handle(post(INITIALIZE));
      assertEquals(other.status, 503);
      await other.text();
      assertStringIncludes(await response.text(), "finished");
      // Both lasted until here, and begin again.
      assertEquals(sessions.counts().open, 1);
      assertEquals(storage.exists(`session:${id}`), 1);
    } finally {
      sessions.close();
    }
  });
});
