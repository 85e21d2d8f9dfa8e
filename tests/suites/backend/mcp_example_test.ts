/** The example's tool server keeps its threads where a URL says, for all who use that. */

import { runtime } from "@mayfly/store/runtime";
import { Conversations } from "@mayfly/store/conversations";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { afterEach, it } from "@std/testing/bdd";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isRuntimeName } from "../../../examples/demo/server_command.ts";
import { ServerSession } from "../../../examples/demo/server_session.ts";
import type { Thread, Turn } from "../../../examples/thread.ts";
import { describeOnEvery, SHARED_BACKENDS } from "./backends.ts";
import { assertTimeLeft, delay } from "./suite.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const SERVER = "examples/mcp_server.ts";
const HOOKS = new URL("../../tools/node_hooks.js", import.meta.url).href;

/** The server on the runtime that runs the test. */
function serverOn(url: string) {
  assert(isRuntimeName(runtime));
  const flags = {
    deno: ["run", "--quiet", "--no-check", "--allow-all"],
    node: ["--disable-warning=ExperimentalWarning", `--import=${HOOKS}`],
    bun: [],
  }[runtime];
  return {
    command: process.execPath,
    args: [...flags, SERVER],
    cwd: ROOT,
    env: { ...process.env as Record<string, string>, MAYFLY_URL: url },
  };
}

describeOnEvery("two of the example's servers", (opened) => {
  let sessions: ServerSession[] = [];

  afterEach(async () => {
    await Promise.all(sessions.map((session) => session.close()));
    sessions = [];
  });

  async function start(count: number): Promise<void> {
    sessions = Array.from({ length: count }, () => new ServerSession());
    const server = serverOn(opened().url!);
    await Promise.all(sessions.map((session) => session.start(server)));
  }

  it("share the threads and their TTLs", async () => {
    await start(2);
    const [one, other] = sessions as [ServerSession, ServerSession];
    const turns: Turn[] = [
      { role: "user", content: "Grüße aus 京都 👋" },
      { role: "assistant", content: "" },
      { role: "tool", content: '{"a": "\\u0000"}' },
    ];
    const { threadId } = await one.get<{ threadId: string }>("start_thread", {
      ttlSeconds: 3000,
    });
    const storage = opened().backend;
    await storage.expire(`thread:${threadId}`, 1000);
    for (const [i, turn] of turns.entries()) {
      await sessions[i % 2]!.get("append_turn", { threadId, ...turn });
    }
    for (const session of [one, other]) {
      const thread = await session.get<Thread>("read_thread", { threadId });
      assertEquals(thread.turns, turns);
      await assertTimeLeft(thread.secondsLeft, 3000);
    }
    await assertTimeLeft(storage.ttl(`thread:${threadId}`), 3000);
    const stored = await new Conversations({ storage }).read(threadId);
    assertEquals(stored?.turns.length, 3);
  });

  it("lose no concurrent turn", async () => {
    await start(2);
    const { threadId } = await sessions[0]!.get<{ threadId: string }>(
      "start_thread",
      {},
    );
    const contents = Array.from({ length: 200 }, (_, i) => String(i));
    const counts = await Promise.all(contents.map(async (content, i) => {
      const turn = { threadId, role: "user", content };
      const { turnCount } = await sessions[i % 2]!
        .get<{ turnCount: number }>("append_turn", turn);
      return turnCount;
    }));
    const thread = await sessions[1]!.get<Thread>("read_thread", { threadId });
    const expected: string[] = [];
    counts.forEach((count, i) => expected[count - 1] = contents[i]!);
    assertEquals(thread.turns.map(({ content }) => content), expected);
  });

  it("answer an expired thread with a tool error", async () => {
    await start(1);
    const [session] = sessions as [ServerSession];
    const { threadId } = await session.get<{ threadId: string }>(
      "start_thread",
      { ttlSeconds: 1 },
    );
    await delay(1100);
    const { error } = await session.call("read_thread", { threadId });
    assertMatch(error ?? "", /^No thread "/);
    assert(!(await opened().backend.exists(`thread:${threadId}`)));
  });
}, SHARED_BACKENDS);
