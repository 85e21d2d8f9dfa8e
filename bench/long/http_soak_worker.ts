/**
 * One process of the soak over HTTP: starts the example server on its own runtime, keeps 200
 * clients at it for so many minutes, and watches the server's memory. Every event has to come once.
 */
import { execFileSync } from "node:child_process";
import process from "node:process";
import { HttpServerProcess } from "../../examples/demo/http_process.ts";
import { httpServerCommand } from "../../examples/demo/server_command.ts";
import { runtime } from "../../src/base/runtime.ts";
import { median } from "../runner/results.ts";
import type { RuntimeName } from "../runner/options.ts";
import { makeRandom } from "../workloads/random.ts";
import { sleep } from "../workloads/timers.ts";
import { type Tally, visit } from "./soaked_client.ts";

const CLIENTS = 200;
/** Sessions are forgotten so soon that as many go as come. */
const SESSION_MINUTES = "1";
/** The server's heap is kept small, each runtime by its own word, so that what grows is not garbage. */
const HEAP = {
  NODE_OPTIONS: "--max-old-space-size=256",
  DENO_V8_FLAGS: "--max-old-space-size=256",
  BUN_JSC_forceRAMSize: String(256 * 1024 * 1024),
};
const SAMPLES = 40;
/** After so many ms as many sessions go as come; of a short run it is half. */
const WARM = 75_000;
/** From then on the server may grow by this share and this many bytes, from the first quarter to the last. */
const SHARE = 0.1;
const SLACK = 25e6;

const random = makeRandom(Date.now());

/** The memory of a process, in bytes. */
function residentBytes(pid: number): number {
  const kilobytes = execFileSync("ps", ["-o", "rss=", "-p", String(pid)]);
  return Number(kilobytes.toString()) * 1024;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

async function soak(minutes: number): Promise<string[]> {
  const server = await HttpServerProcess.start(
    httpServerCommand(runtime as RuntimeName),
    { SESSION_MINUTES, ...HEAP },
  );
  process.on("exit", () => {
    try {
      process.kill(server.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  });
  const tally: Tally = {
    ...{ clients: 0, events: 0, cuts: 0, vanished: 0 },
    problems: [],
  };
  const start = Date.now();
  const end = start + minutes * 60_000;
  const visiting = Array.from({ length: CLIENTS }, async (_, i) => {
    // They do not all come in the same moment.
    await sleep(random() * 3_000);
    for (let n = 0; Date.now() < end; n++) {
      await visit(server.url, `client ${i}/${n}`, random, tally);
    }
  });
  const warm = start + Math.min(WARM, (end - start) / 2);
  const samples: number[] = [];
  const step = (end - warm) / SAMPLES;
  for (let i = 1; i <= SAMPLES; i++) {
    await sleep(Math.max(warm + i * step - Date.now(), 0));
    samples.push(residentBytes(server.pid));
    if (i % (SAMPLES / 4) !== 0) continue;
    console.log(
      `${tally.clients} clients, ${tally.vanished} of them vanished; ${tally.events} events, ` +
        `${tally.cuts} cuts, ${tally.problems.length} problems; the server has ${
          mb(samples.at(-1)!)
        }`,
    );
  }
  await Promise.all(visiting);
  const early = median(samples.slice(0, SAMPLES / 4));
  const late = median(samples.slice(-SAMPLES / 4));
  console.log(
    `HTTP: ${tally.clients} clients, ${tally.events} events, ${tally.cuts} cuts; the server had ${
      mb(early)
    } once it was warm, ${mb(late)} in the end`,
  );
  const problems = tally.problems.slice(0, 10);
  if (tally.problems.length > 10) {
    problems.push(`and ${tally.problems.length - 10} more`);
  }
  if (late > early * (1 + SHARE) + SLACK) {
    problems.push(`the server grew from ${mb(early)} to ${mb(late)}`);
  }
  const code = await server.end("SIGTERM");
  if (code !== 0) problems.push(`the server ended with ${code}`);
  if (server.log !== "") console.log(`stderr: ${server.log.slice(-500)}`);
  return problems;
}

const problems = await soak(Number(process.argv[2]));
for (const problem of problems) console.log(`Failed: ${problem}`);
process.exit(problems.length > 0 ? 1 : 0);
