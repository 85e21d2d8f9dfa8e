import { createRequestState } from "@mayfly/store/mcp";
import assert from "node:assert/strict";

const state = createRequestState<{ city: string; seat: number }>({
  ttl: 600_000, // ms
  once: true, // a replay is rejected
  bind: (ctx) => ctx.http?.authInfo?.clientId ?? "anyone",
});
// new McpServer(info, { requestState: { verify: state.verify } });

// In a tool's handler, with the handler's ctx:
//   return inputRequired({ inputRequests, requestState: await state.mint(offer, ctx) });
const ctx = { mcpReq: { method: "tools/call" } };
const requestState = await state.mint({ city: "Kyoto", seat: 7 }, ctx);
assert.deepEqual(await state.verify(requestState, ctx), {
  city: "Kyoto",
  seat: 7,
});
await assert.rejects(() => state.verify(requestState, ctx)); // the second time
