import { createEventStore } from "@mayfly/store/mcp";
import assert from "node:assert/strict";

// One for each session, made together with its transport:
const session = crypto.randomUUID();
const eventStore = createEventStore({ session, ttl: 3_600_000 });
// new WebStandardStreamableHTTPServerTransport({
//   sessionIdGenerator: () => session,
//   eventStore,
// });

// What the transport does with it:
const first = await eventStore.storeEvent("_GET_stream", { jsonrpc: "2.0" });
await eventStore.storeEvent("_GET_stream", { jsonrpc: "2.0", id: 2 });
const missed: unknown[] = [];
await eventStore.replayEventsAfter(first, {
  send: (_id, message) => Promise.resolve(void missed.push(message)),
});
assert.deepEqual(missed, [{ jsonrpc: "2.0", id: 2 }]);
