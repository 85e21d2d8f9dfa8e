/**
 * A working memory for agents as an MCP tool server on stdio. In a clone of
 * this repository, after `npm ci`, it starts with any of
 *
 *     deno run --allow-env=CONVERSATION_TIMEOUT_HOURS examples/mcp_server.ts
 *     bun examples/mcp_server.ts
 *     node --import ./examples/node_resolve.js examples/mcp_server.ts
 *
 * (Node 22.18 or newer) and speaks MCP until its stdin is closed. `npm run demo`
 * plays a transcript through it on all three. To start from it in a project of
 * your own, take `working_memory.ts` and `mcp_tools.ts` along.
 *
 * stdout is the wire: whatever there is to say to a person goes to stderr.
 */

import { getStorageBackend } from "@mayfly/store";
import { runtime } from "@mayfly/store/runtime";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createMcpServer } from "./mcp_tools.ts";
import { WorkingMemory } from "./working_memory.ts";

// To keep the threads in Redis or Valkey instead, put a client in the store's
// place before this line: setStorageBackend(new Redis(url)).
const memory = new WorkingMemory(getStorageBackend());

serveStdio(() => createMcpServer(memory), {
  onerror: (error) => console.error("working-memory:", error.message),
});
console.error(`working-memory: ready on ${runtime}`);
