/**
 * Opens a backend and closes it, prints what came of it, and ends when nothing
 * holds it any more:
 *
 *     connects.ts <url> <connectTimeout> [<process to kill before it closes>]
 */

import process from "node:process";
import { inspect } from "node:util";
import { connectStorage } from "../../../../src/connect/connect.ts";

const [url, timeout, pid] = process.argv.slice(2);
const result: Record<string, unknown> = {};
const start = performance.now();
try {
  await using storage = await connectStorage(url, {
    connectTimeout: Number(timeout),
  });
  result.client = "nodes" in storage
    ? "cluster"
    : "quit" in storage
    ? "server"
    : "Bun's";
  await storage.set("k", "v");
  result.value = await storage.get("k");
  if (pid !== undefined) {
    process.kill(Number(pid), "SIGKILL");
    const isReady = () => (storage as { status?: string }).status === "ready";
    while (isReady()) await new Promise((resolve) => setTimeout(resolve, 5));
  }
} catch (error) {
  const { name, code, message, variable } = error as Record<string, unknown>;
  Object.assign(result, { name, code, message, variable });
  result.shown = inspect(error, { depth: 20, showHidden: true });
}
result.ms = performance.now() - start;
// What is being let go of in this very moment does not count.
await new Promise((resolve) => setImmediate(resolve));
result.running = process.getActiveResourcesInfo?.()
  .filter((name) => /timeout|tcp|tls|socket/i.test(name)) ?? [];
console.log(JSON.stringify(result));
