/**
 * Plays a transcript through the tool server of this folder on Deno, on Bun
 * and on Node, and checks that every thread comes back as it went in; kills one
 * in the middle of a conversation, on a file; has two refresh one rotating
 * token, and kills one; and cuts the streams of the server on HTTP, whose
 * clients are to be told of everything once.
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

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { surviveKill } from "./crash.ts";
import { runHttp } from "./http.ts";
import { messageOf, print, type Report, runSession } from "./session.ts";
import { isRuntimeName, type RuntimeName, RUNTIMES } from "./server_command.ts";
import { refreshTogether } from "./token.ts";
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
  const rows: Row[] = [];
  for (const [i, runtime] of runtimes.entries()) {
    const next = runtimes[(i + 1) % runtimes.length]!;
    const servers = url === undefined ? [runtime] : [runtime, next];
    const name = servers.join(" and ");
    console.log(`\n${name}`);
    const report = await runSession(servers, transcript, url);
    if (url !== undefined) {
      report.problems.push(...await kill(runtime, next, transcript, url));
    }
    rows.push({ name, text: summaryOf(report), problems: report.problems });
  }
  if (url === undefined) rows.push(await killOnFile(runtimes, transcript));
  rows.push(await refreshTokens(runtimes));
  for (const runtime of runtimes) {
    console.log(`\nHTTP on ${runtime}`);
    const { events, cuts, problems } = await runHttp(runtime);
    const text = `${events} events, each once; ${cuts} cuts, a kill, a restart`;
    rows.push({ name: `HTTP on ${runtime}`, text, problems });
  }
  console.log("\nSummary");
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, text, problems } of rows) {
    console.log(
      `  ${name.padEnd(width)}  ${
        problems.length > 0
          ? `FAILED: ${problems.length} problem(s)`
          : `ok: ${text}`
      }`,
    );
  }
  return rows.every(({ problems }) => problems.length === 0);
}

/** What came of one part. */
interface Row {
  name: string;
  text: string;
  problems: string[];
}

/** Kills a server, goes on with another one, and prints what is wrong. */
async function kill(
  runtime: RuntimeName,
  next: RuntimeName,
  transcript: TranscriptTurn[],
  url: string,
): Promise<string[]> {
  const problems = await surviveKill(runtime, next, transcript, url);
  for (const problem of problems) print(`PROBLEM: ${problem}`);
  return problems;
}

/** The same on a file of its own. */
async function killOnFile(
  runtimes: readonly RuntimeName[],
  transcript: TranscriptTurn[],
): Promise<Row> {
  const [runtime, next = runtime] = runtimes as [RuntimeName, RuntimeName?];
  console.log("\nKilled, on a file");
  const folder = await mkdtemp(join(tmpdir(), "mayfly-demo-"));
  try {
    const url = `file:${join(folder, "threads.db")}`;
    return {
      name: "file",
      text: "nothing that was acknowledged is lost",
      problems: await kill(runtime, next, transcript, url),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Has two servers refresh one token. */
async function refreshTokens(runtimes: readonly RuntimeName[]): Promise<Row> {
  const [runtime, next = runtime] = runtimes as [RuntimeName, RuntimeName?];
  console.log("\nOne token for two servers, on a file");
  const problems = await refreshTogether([runtime, next]);
  for (const problem of problems) print(`PROBLEM: ${problem}`);
  return { name: "token", text: "each refresh token was used once", problems };
}

async function readTranscript(path: string): Promise<TranscriptTurn[]> {
  const bytes = path === "-"
    ? await buffer(process.stdin)
    : await readFile(path);
  return parseTranscript(bytes);
}

function summaryOf(report: Report): string {
  const { threads, turns, calls, startMs, playMs } = report;
  return `${threads} threads, ${turns} turns, ${calls} calls; started in ` +
    `${startMs.toFixed()} ms, played in ${playMs.toFixed()} ms`;
}
