/**
 * Eight processes that want one lease, hold it for 5 ms and do something else for up to 20 ms: how
 * often it changes hands, how long the longest wait is, and how many commands a second those send
 * that wait (on a file: those to a server are not counted).
 *
 *     node tests/tools/run.js bench/handovers.ts
 *     node tests/tools/run.js bench/handovers.ts --url redis://127.0.0.1:6379 --hold 10
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { connectStorage } from "../src/connect/connect.ts";
import { Leases } from "../src/leases/lease.ts";

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    processes: { type: "string", default: "8" },
    seconds: { type: "string", default: "10" },
    hold: { type: "string", default: "5" },
    pause: { type: "string", default: "20" },
    wants: { type: "boolean" },
  },
});

if (values.wants) await want(values.url!);
else await measure();

/** One of the processes: it says when it is ready, and is told until when. */
async function want(url: string): Promise<void> {
  await using storage = await connectStorage(url);
  console.log("ready");
  const until = Number(await text(process.stdin));
  let commands = 0;
  // Counted where they are sent; the atomic steps are not.
  const counting = new Proxy(storage, {
    get(target, name) {
      if (name === "get" || name === "set") commands++;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const leases = new Leases({ storage: counting });
  const waits: number[] = [];
  let sentWaiting = 0;
  while (Date.now() < until) {
    const start = performance.now();
    const before = commands;
    const lease = await leases.acquire("k", { wait: until - Date.now() + 1 });
    if (lease === undefined) break;
    waits.push(performance.now() - start);
    // Those of the acquisition itself: SET and, to be sure, GET.
    sentWaiting += Math.max(0, commands - before - 2);
    await delay(Number(values.hold));
    await lease.release();
    await delay(Number(values.pause) * Math.random());
  }
  const waited = waits.reduce((a, b) => a + b, 0) / 1000;
  console.log(JSON.stringify({
    count: waits.length,
    longest: Math.max(0, ...waits),
    commands: sentWaiting,
    waited,
  }));
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-handovers-"));
  const url = values.url ?? `file:${join(folder, "state.db")}`;
  const seconds = Number(values.seconds);
  const args = [
    ...[fileURLToPath(import.meta.url), "--wants", "--url", url],
    ...["--hold", values.hold, "--pause", values.pause],
  ];
  const children = Array.from(
    { length: Number(values.processes) },
    () => spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] }),
  );
  const outputs = children.map(({ stdout }) =>
    text(stdout.pipe(new PassThrough()))
  );
  await Promise.all(children.map(({ stdout }) => once(stdout, "data")));
  const until = Date.now() + seconds * 1000;
  for (const { stdin } of children) stdin.end(String(until));
  const results = (await Promise.all(outputs)).map((output) =>
    JSON.parse(output.split("\n")[1]!) as Record<string, number>
  );
  rmSync(folder, { recursive: true, force: true });
  const sum = (name: string) =>
    results.reduce((total, result) => total + result[name]!, 0);
  console.log(
    `${
      (sum("count") / seconds).toFixed(1)
    } handovers a second, held for ${values.hold} ms; ` +
      `${results.map(({ count }) => count).join(", ")} of each process`,
  );
  console.log(
    `longest wait ${
      Math.max(...results.map(({ longest }) => longest!)).toFixed()
    } ms; ` +
      `${
        (sum("commands") / sum("waited")).toFixed(1)
      } commands a second of one that waits`,
  );
}
