/** The example's tool server runs on a Redis server as it does without one. */

import { runtime } from "@mayfly/store/runtime";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { Redis } from "ioredis";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ServerSession } from "../../examples/server_session.ts";
import type { Thread, Turn } from "../../examples/working_memory.ts";
import { redisForTests } from "../oracle/redis_for_tests.ts";
import { assertTimeLeft, delay } from "./suite.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = fileURLToPath(
  new URL("programs/mcp_server_on_redis.ts", import.meta.url),
);
const HOOKS = new URL("../tools/node_hooks.js", import.meta.url).href;

const redis = await redisForTests("the MCP example on a Redis server");

const options = {
  ignore: redis === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
};

describe("the MCP example on a Redis server", options, () => {
  const session = new ServerSession();
  let client: Redis;

  beforeAll(async () => {
    client = new Redis(redis!.url);
    const flags = runtime === "deno"
      ? ["run", "--quiet", "--no-check", "--allow-all"]
      : runtime === "node"
      ? ["--disable-warning=ExperimentalWarning", `--import=${HOOKS}`]
      : [];
    const server = {
      command: process.execPath,
      args: [...flags, PROGRAM, redis!.url],
      cwd: ROOT,
      env: process.env as Record<string, string>,
    };
    await session.start(server);
  });

  afterAll(async () => {
    await session.close();
    client.disconnect();
    await redis!.stop();
  });

  const start = (args: Record<string, unknown>) =>
    session.get<{ threadId: string }>("start_thread", args);

  it("keeps threads on the server, with their time to live", async () => {
    const turns: Turn[] = [
      { role: "user", content: "Grüße aus 京都 👋" },
      { role: "assistant", content: "" },
      { role: "tool", content: '{"a": "\\u0000"}' },
    ];
    const { threadId } = await start({ ttlSeconds: 3000 });
    await client.expire(`thread:${threadId}`, 1000);
    for (const turn of turns) {
      await session.get("append_turn", { threadId, ...turn });
    }
    const thread = await session.get<Thread>("read_thread", { threadId });
    assertEquals(thread.turns, turns);
    await assertTimeLeft(thread.secondsLeft, 3000);
    await assertTimeLeft(client.ttl(`thread:${threadId}`), 3000);
    const stored = JSON.parse((await client.get(`thread:${threadId}`))!);
    assertEquals(stored, { ttlSeconds: 3000, turns });
  });

  it("answers an expired thread with a tool error", async () => {
    const { threadId } = await start({ ttlSeconds: 1 });
    await delay(1100);
    const { error } = await session.call("read_thread", { threadId });
    assertMatch(error ?? "", /^No thread "/);
    assert(!(await client.exists(`thread:${threadId}`)));
  });
});
