/**
 * A client of the example's server that asks and does not read the answers:
 * they must not pile up in the server.
 */

import { runtime } from "@mayfly/store/runtime";
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import {
  isRuntimeName,
  serverCommand,
} from "../../../examples/demo/server_command.ts";
import { delay } from "../../suites/backend/suite.ts";

const MEBIBYTE = 1024 * 1024;
/** How large the thread is that is asked for, in characters. */
const SIZE = 500_000;
/** How often it is asked for: so many answers are 1 GB. */
const REQUESTS = 1000;
/** How much the server may grow meanwhile: some requests are under way, and there is garbage. */
const GROWTH = 250 * MEBIBYTE;

/** How much memory a process has, in bytes; `NaN` where there is no `ps` to tell. */
function memoryOf(pid: number): number {
  const { stdout } = spawnSync("ps", ["-o", "rss=", "-p", String(pid)]);
  return parseInt(String(stdout)) * 1024;
}

describe("the example's server and a client that does not read", {
  ignore: Number.isNaN(memoryOf(process.pid)),
}, () => {
  it("does not grow, and sends everything when the client reads again", async () => {
    assert(isRuntimeName(runtime));
    const { command, args, ...options } = serverCommand(runtime);
    const server = spawn(command, args, {
      ...options,
      stdio: ["pipe", "pipe", "ignore"],
    });
    server.stdin.on("error", () => {}); // it may be ended before all is read
    try {
      const lines = createInterface({ input: server.stdout });
      const answers = lines[Symbol.asyncIterator]();
      const answer = async () => JSON.parse((await answers.next()).value!);
      const send = (message: object) =>
        server.stdin.write(
          `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`,
        );
      const call = (id: number, name: string, args: object) =>
        send({ id, method: "tools/call", params: { name, arguments: args } });

      send({
        id: 1,
        method: "initialize",
        params: {
          protocolVersion: "2025-06-18",
          capabilities: {},
          clientInfo: { name: "test", version: "0" },
        },
      });
      await answer();
      send({ method: "notifications/initialized" });
      call(2, "start_thread", {});
      const { threadId } = (await answer()).result.structuredContent;
      const content = "x".repeat(SIZE);
      call(3, "append_turn", { threadId, role: "user", content });
      await answer();
      call(4, "read_thread", { threadId });
      await answer();

      lines.pause();
      server.stdout.pause();
      const before = memoryOf(server.pid!);
      for (let i = 0; i < REQUESTS; i++) {
        call(10 + i, "read_thread", { threadId });
      }
      let most = 0;
      for (let i = 0; i < 30; i++) {
        await delay(100);
        most = Math.max(most, memoryOf(server.pid!) - before);
      }
      assert(
        most < GROWTH,
        `The server has grown by ${Math.round(most / MEBIBYTE)} MiB`,
      );
      lines.resume();
      server.stdout.resume();
      const ids = new Set<number>();
      while (ids.size < REQUESTS) {
        const { id, result } = await answer();
        assertEquals(result.structuredContent.turns[0].content.length, SIZE);
        ids.add(id);
      }
    } finally {
      server.stdin.end();
      server.stdout.destroy();
      if (server.exitCode === null) {
        server.kill("SIGKILL");
        await once(server, "exit");
      }
    }
  });
});
