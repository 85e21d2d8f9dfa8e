/**
 * Plays a transcript through the tool server of this folder on Deno, on Bun
 * and on Node, and checks that every thread comes back as it went in.
 *
 *     npm run demo                                the transcript of this folder
 *     npm run demo -- path/to/transcript.jsonl    one of your own
 *     npm run demo -- - < transcript.jsonl        one from stdin
 *     npm run demo -- --runtime deno              on Deno alone
 *     npm run demo -- --url file:threads.db       with the threads in a file
 *     npm run demo -- --url redis://127.0.0.1     or on a server
 *
 * With a URL (see `connectStorage`), two servers, on two of the runtimes, share
 * the threads; then one is killed in the middle of a conversation, and another
 * goes on with it.
 *
 * A transcript is JSON Lines, one turn a line:
 *
 *     {"thread": "refund", "role": "user", "content": "Where is my money?"}
 *
 * The exit code is 0 if every runtime did all that it should, else 1.
 */

import { readFile } from "node:fs/promises";
import process from "node:process";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { surviveKill } from "./demo_crash.ts";
import { messageOf, print, type Report, runSession } from "./demo_session.ts";
import { isRuntimeName, RUNTIMES } from "./server_command.ts";
import { parseTranscript, type TranscriptTurn } from "./transcript.ts";

const OWN_TRANSCRIPT = fileURLToPath(
  new URL("transcript.jsonl", import.meta.url),
);

try {
  process.exitCode = await main() ? 0 : 1;
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runtime: { type: "string", multiple: true },
      url: { type: "string" },
    },
  });
  const [path = OWN_TRANSCRIPT, ...rest] = positionals;
  if (rest.length > 0) {
    throw new Error("Cannot play more than one transcript");
  }
  const { url, runtime: runtimes = RUNTIMES } = values;
  if (!runtimes.every(isRuntimeName)) {
    throw new Error(
      `Cannot run the demo: "--runtime" takes ${RUNTIMES.join(", ")}`,
    );
  }
  if (url?.startsWith("memory:")) {
    throw new Error("Cannot run the demo: two servers share no memory");
  }
  const transcript = await readTranscript(path);

  const { length } = transcript;
  console.log(`Playing ${length} turns on ${runtimes.join(", ")}`);
  const reports = new Map<string, Report>();
  for (const [i, runtime] of runtimes.entries()) {
    if (url === undefined) {
      console.log(`\n${runtime}`);
      reports.set(runtime, await runSession([runtime], transcript));
      continue;
    }
    const next = runtimes[(i + 1) % runtimes.length]!;
    const name = `${runtime} and ${next}`;
    console.log(`\n${name}`);
    const report = await runSession([runtime, next], transcript, url);
    const problems = await surviveKill(runtime, next, transcript, url);
    for (const problem of problems) print(`PROBLEM: ${problem}`);
    report.problems.push(...problems);
    reports.set(name, report);
  }
  console.log("\nSummary");
  const width = Math.max(...[...reports.keys()].map((name) => name.length));
  for (const [runtime, report] of reports) {
    console.log(`  ${runtime.padEnd(width)}  ${summaryOf(report)}`);
  }
  return [...reports.values()].every(({ problems }) => problems.length === 0);
}

async function readTranscript(path: string): Promise<TranscriptTurn[]> {
  const bytes = path === "-"
    ? await buffer(process.stdin)
    : await readFile(path);
  return parseTranscript(bytes);
}

function summaryOf(report: Report): string {
  const { threads, turns, calls, startMs, playMs, problems } = report;
  if (problems.length > 0) return `FAILED: ${problems.length} problem(s)`;
  return `ok: ${threads} threads, ${turns} turns, ${calls} calls; started in ` +
    `${startMs.toFixed()} ms, played in ${playMs.toFixed()} ms`;
}
