import { runtime } from "@mayfly/store/runtime";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandOf } from "../../../examples/demo/server_command.ts";

const NAME = runtime as "deno" | "bun" | "node";

describe("the server of docs/mcp.md", () => {
  it("keeps notes in a file across a restart", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mayfly-notes-"));
    const url = `file:${join(folder, "state.db")}`;
    const call = async (tool: string, args: Record<string, string>) => {
      const command = commandOf(
        NAME,
        "examples/notes_server.ts",
        ["--allow-all"],
        url,
      );
      const client = new Client({ name: "test", version: "0" });
      await client.connect(
        new StdioClientTransport({ ...command, stderr: "pipe" }),
      );
      const { content } = await client.callTool({
        name: tool,
        arguments: args,
      });
      await client.close();
      return content[0]?.type === "text" ? content[0].text : "";
    };
    try {
      const id = await call("start", {});
      assertEquals(await call("add", { id, note: "tea" }), "note 1");
      assertEquals(await call("add", { id, note: "milk" }), "note 2");
      assertStringIncludes(await call("read", { id }), "milk");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
