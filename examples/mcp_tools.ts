/**
 * The working memory as MCP tools: start a thread, append a turn, read a
 * thread back. The id that `start_thread` returns is the explicit handle by
 * which the other two find the thread again, so nothing hangs on a connection.
 *
 * What a tool throws reaches the model as a tool error (`isError`), and so do
 * arguments that do not fit the schema.
 */

import { type CallToolResult, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { ROLES } from "./thread.ts";
import { DEFAULT_TTL_SECONDS, type WorkingMemory } from "./working_memory.ts";

const MAX_TTL_SECONDS = 30 * 24 * 60 * 60;

const threadId = z.uuid().describe("The id that start_thread returned");
const role = z.enum(ROLES).describe("Who speaks");
const content = z.string().describe("What is said");
const secondsLeft = z.number().describe(
  "Seconds until the thread is forgotten, unless a turn is appended",
);

/** Makes an MCP server that offers `memory` as tools. */
export function createMcpServer(memory: WorkingMemory): McpServer {
  const server = new McpServer(
    { name: "working-memory", version: "0.1.0" },
    {
      instructions:
        "Keeps threads of conversation. Start a thread once, keep its id, " +
        "append each turn, and read the thread back when you need it. " +
        "A thread is forgotten some time after its last turn.",
    },
  );

  server.registerTool(
    "start_thread",
    {
      title: "Start a thread",
      description: "Starts an empty thread and returns its id.",
      inputSchema: z.object({
        ttlSeconds: z.int().min(1).max(MAX_TTL_SECONDS)
          .default(DEFAULT_TTL_SECONDS)
          .describe("Seconds that the thread lives after its last turn"),
      }),
      outputSchema: z.object({ threadId }),
    },
    async ({ ttlSeconds }) =>
      reply({ threadId: await memory.start(ttlSeconds) }),
  );

  server.registerTool(
    "append_turn",
    {
      title: "Append a turn",
      description:
        "Adds a turn at the end of a thread and starts the thread's time again.",
      inputSchema: z.object({ threadId, role, content }),
      outputSchema: z.object({
        turnCount: z.int().describe("How many turns the thread has now"),
      }),
    },
    async ({ threadId, role, content }) =>
      reply({ turnCount: await memory.append(threadId, { role, content }) }),
  );

  server.registerTool(
    "read_thread",
    {
      title: "Read a thread",
      description: "Returns all turns of a thread, oldest first.",
      inputSchema: z.object({ threadId }),
      outputSchema: z.object({
        turns: z.array(z.object({ role, content })),
        secondsLeft,
      }),
      annotations: { readOnlyHint: true },
    },
    async ({ threadId }) => reply(await memory.read(threadId)),
  );

  return server;
}

/** A tool's result, as data and, for clients that only read text, as JSON. */
function reply<T extends object>(result: T): CallToolResult {
  return {
    content: [{ type: "text", text: JSON.stringify(result) }],
    structuredContent: { ...result },
  };
}
