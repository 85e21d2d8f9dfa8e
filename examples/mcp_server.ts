/**
 * A working memory for agents as an MCP tool server on stdio. In a clone of
 * this repository, after `npm ci`, it starts with any of
 *
 *     deno run --allow-env=CONVERSATION_TIMEOUT_HOURS,MAYFLY_URL examples/mcp_server.ts
 *     bun examples/mcp_server.ts
 *     node --import ./examples/node_resolve.js examples/mcp_server.ts
 *
 * (Node 22.18 or newer) and speaks MCP until its stdin is closed. It keeps the
 * threads where `MAYFLY_URL` says: in memory (the default), in a file
 * (`file:threads.db`), on a server (`redis://127.0.0.1:6379`). With a file or a
 * server any number of these servers share the threads; Deno then needs
 * `--allow-all`, or the permissions that the file or the client takes.
 *
 * `npm run demo` plays a transcript through it on all three runtimes. To start
 * from it in a project of your own, take `working_memory.ts`, `thread.ts`,
 * `mcp_tools.ts` and `bounded_stdio.ts` along.
 *
 * stdout is the wire: whatever there is to say to a person goes to stderr.
 */

import { connectStorage } from "@mayfly/store/connect";
import { runtime } from "@mayfly/store/runtime";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import process from "node:process";
import { BoundedStdio } from "./bounded_stdio.ts";
import { createMcpServer } from "./mcp_tools.ts";
import { WorkingMemory } from "./working_memory.ts";

try {
  await serve();
} catch (error) {
  report(error as Error);
  process.exitCode = 1;
}

async function serve(): Promise<void> {
  const storage = await connectStorage();
  try {
    const memory = new WorkingMemory(storage);
    const transport = new BoundedStdio();
    serveStdio(() => createMcpServer(memory), { transport, onerror: report });
    console.error(`working-memory: ready on ${runtime}`);
    await transport.ended;
  } finally {
    await storage[Symbol.asyncDispose]();
  }
}

function report({ message }: Error): void {
  console.error("working-memory:", message);
}
