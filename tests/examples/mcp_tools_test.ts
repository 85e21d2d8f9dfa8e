import {
  assertEquals,
  assertExists,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { InMemoryStorage } from "@mayfly/store";
import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createMcpServer } from "../../examples/mcp_tools.ts";
import {
  type ThreadStorage,
  WorkingMemory,
} from "../../examples/working_memory.ts";

const UNKNOWN_ID = "00000000-0000-4000-8000-000000000000";

/** As a client of a server far away: each reply comes later. */
function remote(storage: InMemoryStorage): ThreadStorage {
  const later = () => new Promise((resolve) => setTimeout(resolve, 1));
  return {
    get: async (key) => (await later(), storage.get(key)),
    pttl: async (key) => (await later(), storage.pttl(key)),
    setex: async (key, seconds, value) => (
      await later(), storage.setex(key, seconds, value)
    ),
  };
}

for (const era of ["legacy", "modern"] as const) {
  for (const place of ["in-process", "remote"] as const) {
    describe(`working memory tools (${era} protocol, ${place} storage)`, () => {
      let now: number;
      let storage: InMemoryStorage;
      let client: Client;

      beforeEach(async () => {
        now = 1_000_000;
        storage = new InMemoryStorage({ now: () => now, timeoutHours: 3 });
        const memory = new WorkingMemory(
          place === "remote" ? remote(storage) : storage,
        );
        const [clientEnd, serverEnd] = InMemoryTransport.createLinkedPair();
        serveStdio(() => createMcpServer(memory), { transport: serverEnd });
        client = new Client({ name: "test", version: "0" }, {
          versionNegotiation: {
            mode: era === "modern" ? { pin: "2026-07-28" } : "legacy",
          },
        });
        await client.connect(clientEnd);
        await client.listTools();
      });

      afterEach(async () => {
        await client.close();
        storage.shutdown();
      });

      // deno-lint-ignore no-explicit-any
      async function data(tool: string, args: object): Promise<any> {
        const result = await client.callTool({
          name: tool,
          arguments: { ...args },
        });
        assertEquals(result.isError ?? false, false);
        const [content] = result.content;
        assertEquals(
          content?.type === "text" && JSON.parse(content.text),
          result.structuredContent,
        );
        return result.structuredContent;
      }

      async function toolError(
        tool: string,
        args: Record<string, unknown>,
      ): Promise<string> {
        const result = await client.callTool({ name: tool, arguments: args });
        assertEquals(result.isError, true);
        const [content] = result.content;
        return content?.type === "text" ? content.text : "";
      }

      it("offers three tools", async () => {
        const { tools } = await client.listTools();
        assertEquals(tools.map(({ name }) => name), [
          "start_thread",
          "append_turn",
          "read_thread",
        ]);
      });

      it("reads back what was appended", async () => {
        const { threadId } = await data("start_thread", {});
        const turns = [
          { role: "system", content: "" },
          { role: "user", content: 'She said "hi" \\ \n\t\0 👨‍👩‍👧‍👦 京都' },
          { role: "assistant", content: "x".repeat(100_000) },
          { role: "tool", content: '{"__proto__": {"a": 1}}' },
        ];
        for (const [i, turn] of turns.entries()) {
          assertEquals(await data("append_turn", { threadId, ...turn }), {
            turnCount: i + 1,
          });
        }
        assertEquals(await data("read_thread", { threadId }), {
          turns,
          secondsLeft: 3 * 60 * 60,
        });
      });

      it("keeps a thread as JSON under its id", async () => {
        const { threadId } = await data("start_thread", { ttlSeconds: 60 });
        assertMatch(threadId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        const json = storage.get(`thread:${threadId}`);
        assertExists(json);
        assertEquals(JSON.parse(json), { ttlSeconds: 60, turns: [] });
      });

      it("keeps threads apart", async () => {
        const a = await data("start_thread", {});
        const b = await data("start_thread", {});
        await data("append_turn", { ...a, role: "user", content: "a" });
        assertEquals((await data("read_thread", b)).turns, []);
      });

      it("keeps all turns that arrive at once, in order", async () => {
        const { threadId } = await data("start_thread", {});
        const contents = Array.from({ length: 20 }, (_, i) => `turn ${i}`);
        await Promise.all(
          contents.map((content) =>
            data("append_turn", { threadId, role: "user", content })
          ),
        );
        const { turns } = await data("read_thread", { threadId });
        assertEquals(
          turns.map(({ content }: { content: string }) => content),
          contents,
        );
      });

      it("starts a thread's time again with every turn, not by reading", async () => {
        const { threadId } = await data("start_thread", { ttlSeconds: 10 });
        now += 9_000;
        assertEquals((await data("read_thread", { threadId })).secondsLeft, 1);
        await data("append_turn", { threadId, role: "user", content: "!" });
        assertEquals((await data("read_thread", { threadId })).secondsLeft, 10);
        now += 9_999;
        assertEquals(
          (await data("read_thread", { threadId })).secondsLeft,
          0.001,
        );
      });

      it("answers an expired thread with a tool error, and goes on", async () => {
        const { threadId } = await data("start_thread", { ttlSeconds: 1 });
        now += 1_000;
        const expected =
          `No thread "${threadId}": it has expired, or it was never started`;
        assertEquals(await toolError("read_thread", { threadId }), expected);
        const turn = { threadId, role: "user", content: "late" };
        assertEquals(await toolError("append_turn", turn), expected);
        assertEquals(await toolError("read_thread", { threadId }), expected);
        assertExists(await data("start_thread", {}));
      });

      it("answers an unknown id with a tool error", async () => {
        const threadId = UNKNOWN_ID;
        assertStringIncludes(
          await toolError("read_thread", { threadId }),
          `No thread "${UNKNOWN_ID}"`,
        );
      });

      it("answers malformed arguments with a tool error", async () => {
        const { threadId } = await data("start_thread", {});
        const turn = { threadId, role: "user", content: "x" };
        const malformed: [string, Record<string, unknown>][] = [
          ["start_thread", { ttlSeconds: 0 }],
          ["start_thread", { ttlSeconds: -1 }],
          ["start_thread", { ttlSeconds: 1.5 }],
          ["start_thread", { ttlSeconds: 1e12 }],
          ["start_thread", { ttlSeconds: "60" }],
          ["start_thread", { ttlSeconds: null }],
          ["append_turn", { ...turn, role: "robot" }],
          ["append_turn", { ...turn, role: "__proto__" }],
          ["append_turn", { ...turn, content: 1 }],
          ["append_turn", { ...turn, content: null }],
          ["append_turn", { threadId, role: "user" }],
          ["append_turn", { role: "user", content: "x" }],
          ["read_thread", {}],
        ];
        for (const id of ["", "__proto__", "constructor", "*", 1, null, []]) {
          malformed.push(["read_thread", { threadId: id }]);
          malformed.push(["append_turn", { ...turn, threadId: id }]);
        }
        for (const [tool, args] of malformed) {
          assertStringIncludes(
            await toolError(tool, args),
            "Invalid arguments",
          );
        }
        assertEquals((await data("read_thread", { threadId })).turns, []);
      });

      it("answers what the storage throws with a tool error", async () => {
        const { threadId } = await data("start_thread", {});
        storage.setex(`thread:${threadId}`, 60, "{");
        assertMatch(await toolError("read_thread", { threadId }), /JSON/);
      });
    });
  }
}
