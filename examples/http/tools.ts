/**
 * The tools of the HTTP example: a job that reports its progress and whose result is fetched with a
 * handle, and a reminder that arrives after the call has ended.
 *
 * They work with both kinds of MCP: with sessions, and without, where the next call of a client may
 * reach another process and the handle connects the two calls.
 */

import type { StorageBackend } from "@mayfly/store";
import { Handles } from "@mayfly/store/handles";
import { type CallToolResult, McpServer } from "@modelcontextprotocol/server";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";

/** The result of a job. */
interface JobResult {
  name: string;
  steps: number;
}

const MAX_STEPS = 10_000;
const MAX_MS = 60_000;

/**
 * Makes the servers of one process, which share their handles.
 *
 * @param ttl The TTL of a job's result, in ms.
 */
export function serverFactory(
  storage: StorageBackend,
  ttl: number,
): () => McpServer {
  // If users log in, mint and take with { owner: ctx.http.authInfo.clientId }.
  const results = new Handles<JobResult>({
    storage,
    prefix: "result:",
    ttl,
  });
  return () => makeServer(results);
}

function makeServer(
  results: Handles<JobResult>,
): McpServer {
  const server = new McpServer(
    { name: "jobs", version: "0.1.0" },
    { capabilities: { logging: {} } },
  );

  server.registerTool(
    "run_job",
    {
      description:
        "Runs a job step by step, reports each, and returns a handle for take_result.",
      inputSchema: z.object({
        name: z.string(),
        steps: z.int().min(0).max(MAX_STEPS),
        pauseMs: z.number().min(0).max(MAX_MS).default(0),
        padding: z.string().default("").describe("Sent along with each step"),
      }),
      outputSchema: z.object({ handle: z.string() }),
    },
    async ({ name, steps, pauseMs, padding }, ctx) => {
      for (let step = 1; step <= steps; step++) {
        if (pauseMs > 0) await sleep(pauseMs);
        await ctx.mcpReq.notify({
          method: "notifications/message",
          params: { level: "info", data: { name, step, padding } },
        });
      }
      return reply({ handle: await results.mint({ name, steps }) });
    },
  );

  server.registerTool(
    "take_result",
    {
      description: "Returns the result of a job, once.",
      inputSchema: z.object({ handle: z.string() }),
      outputSchema: z.object({ name: z.string(), steps: z.int() }),
    },
    async ({ handle }) => reply(await results.take(handle)),
  );

  server.registerTool(
    "remind_me",
    {
      description: "Sends messages later, whatever the client does meanwhile.",
      inputSchema: z.object({
        text: z.string(),
        times: z.int().min(1).max(MAX_STEPS).default(1),
        afterMs: z.number().min(0).max(MAX_MS).default(0),
      }),
      outputSchema: z.object({ times: z.int() }),
    },
    ({ text, times, afterMs }) => {
      remind(server, text, times, afterMs).catch((error) =>
        console.error("remind_me:", error.message)
      );
      return reply({ times });
    },
  );

  return server;
}

async function remind(
  server: McpServer,
  text: string,
  times: number,
  afterMs: number,
): Promise<void> {
  for (let step = 1; step <= times; step++) {
    await sleep(afterMs);
    // The session may have ended.
    if (!server.isConnected()) return;
    await server.server.notification({
      method: "notifications/message",
      params: { level: "info", data: { name: text, step } },
    });
  }
}

/** The result of a tool as data and, for clients that only read text, as JSON. */
function reply(result: object): CallToolResult {
  return {
    content: [{ type: "text", text: JSON.stringify(result) }],
    structuredContent: { ...result },
  };
}
