import {
  assertEquals,
  assertExists,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { InMemoryStorage } from "@mayfly/store";
import { Conversations } from "@mayfly/store/conversations";
import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createMcpServer } from "../../../examples/mcp_tools.ts";
import { WorkingMemory } from "../../../examples/working_memory.ts";
import { TestServer } from "../../backend/journal/_server.ts";

const UNKNOWN_ID = "00000000-0000-4000-8000-000000000000";

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
          place === "remote"
            ? new TestServer(() => 0, storage).connect()
            : storage,
          { maxTurns: 100, maxBytes: 200_000 },
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

      it("keeps a thread as a conversation under its id", async () => {
        const { threadId } = await data("start_thread", { ttlSeconds: 60 });
        assertMatch(threadId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        assertEquals(storage.pttl(`thread:${threadId}`), 60_000);
        const conversation = await new Conversations({ storage }).read(
          threadId,
        );
        assertEquals(conversation?.data, { ttlSeconds: 60 });
        assertEquals(conversation?.turns, []);
      });

      it("continues the threads of another server", async () => {
        const other = new WorkingMemory(storage);
        const threadId = await other.start(60);
        await other.append(threadId, { role: "user", content: "a" });
        now += 50_000;
        const turn = { threadId, role: "user", content: "b" };
        assertEquals(await data("append_turn", turn), { turnCount: 2 });
        assertEquals(storage.pttl(`thread:${threadId}`), 60_000);
        assertEquals((await other.read(threadId)).turns.length, 2);
      });

      it("answers a turn that does not fit with a tool error", async () => {
        const { threadId } = await data("start_thread", {});
        const turn = { threadId, role: "user" };
        const large = { ...turn, content: "x".repeat(200_000) };
        assertStringIncludes(
          await toolError("append_turn", large),
          "200000 bytes",
        );
        for (let i = 1; i <= 100; i++) {
          await data("append_turn", { ...turn, content: "x" });
        }
        assertStringIncludes(
          await toolError("append_turn", { ...turn, content: "x" }),
          "100 turns",
        );
        assertEquals(
          (await data("read_thread", { threadId })).turns.length,
          100,
        );
      });

      it("keeps threads apart", async () => {
        const a = await data("start_thread", {});
        const b = await data("start_thread", {});
        await data("append_turn", { ...a, role: "user", content: "a" });
        assertEquals((await data("read_thread", b)).turns, []);
      });

      it("keeps all concurrent turns, in order", async () => {
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

      it("restarts a thread's TTL with every turn, but not with a read", async () => {
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

      it("answers an expired thread with a tool error, and continues", async () => {
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

      it("answers an error of the storage with a tool error", async () => {
        const { threadId } = await data("start_thread", {});
        storage.getrange = storage.get = storage.append = () => {
          throw new Error("LOADING");
        };
        const turn = { threadId, role: "user", content: "x" };
        assertMatch(await toolError("read_thread", { threadId }), /LOADING/);
        assertMatch(await toolError("append_turn", turn), /LOADING/);
      });
    });
  }
}
