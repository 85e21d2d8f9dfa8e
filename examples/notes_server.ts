import { connectStorage } from "@mayfly/store/connect";
import { Conversations } from "@mayfly/store/conversations";
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import process from "node:process";
import * as z from "zod";

const storage = await connectStorage(); // memory, or what MAYFLY_URL names
const threads = new Conversations({ storage, ttl: 3 * 3_600_000 });

const id = z.string().describe("The id that start returned");
const text = (text: string) => ({ content: [{ type: "text" as const, text }] });

serveStdio(() => {
  const server = new McpServer({ name: "notes", version: "1.0.0" });
  server.registerTool(
    "start",
    { description: "Starts a thread of notes", inputSchema: z.object({}) },
    async () => text(await threads.create()),
  );
  server.registerTool(
    "add",
    { inputSchema: z.object({ id, note: z.string() }) },
    async ({ id, note }) => {
      const turn = { role: "user", content: note };
      return text(`note ${(await threads.append(id, turn)).index + 1}`);
    },
  );
  server.registerTool(
    "read",
    { inputSchema: z.object({ id }) },
    async ({ id }) =>
      text((await threads.history(id, { maxTokens: 4000 })).text),
  );
  return server;
});
process.stdin.once("end", () => storage.close());
console.error("notes: ready"); // stdout is the protocol
