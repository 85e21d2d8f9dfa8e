/** An event store is for one session: a second transport of the SDK is refused. */

import { InMemoryStorage } from "@mayfly/store";
import { createEventStore, type EventStore } from "@mayfly/store/mcp";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";

describe("createEventStore", () => {
  it("refuses a second transport, which could read another client's stream", async () => {
    using storage = new InMemoryStorage();
    const eventStore = createEventStore({ session: "s", storage });
    const initialize = async (store: EventStore) => {
      const errors: Error[] = [];
      const server = new McpServer({ name: "s", version: "1" });
      server.server.onerror = (error) => errors.push(error);
      const transport = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(),
        eventStore: store,
      });
      await server.connect(transport);
      const response = await transport.handleRequest(
        new Request("http://localhost/mcp", {
          method: "POST",
          headers: {
            "accept": "application/json, text/event-stream",
            "content-type": "application/json",
          },
          body: JSON.stringify({
            ...{ jsonrpc: "2.0", id: 1, method: "initialize" },
            params: {
              protocolVersion: "2025-11-25",
              capabilities: {},
              clientInfo: { name: "c", version: "1" },
            },
          }),
        }),
      );
      const reader = response.body!.pipeThrough(new TextDecoderStream())
        .getReader();
      // The first chunk is the priming event.
      await reader.read();
      const answer = errors.length > 0 ? undefined : await Promise.race([
        reader.read().then(({ value }) => value),
        new Promise<undefined>((resolve) =>
          server.server.onerror = (error) => {
            errors.push(error);
            resolve(undefined);
          }
        ),
      ]);
      await reader.cancel();
      await server.close();
      return { answer, errors };
    };
    const first = await initialize(eventStore);
    assert(first.answer?.includes('"serverInfo"'), String(first.errors[0]));
    const second = await initialize(eventStore);
    assertEquals(second.answer, undefined);
    assertMatch(
      second.errors[0]!.message,
      /a second transport uses it: call createEventStore for each session/,
    );
    const own = await initialize(createEventStore({ session: "t", storage }));
    assert(own.answer?.includes('"serverInfo"'));
  });
});
