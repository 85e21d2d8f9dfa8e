/**
 * What the demo does with one server, or with two that share their state:
 * starts them as child processes, plays a transcript through their tools, and
 * checks what comes back.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { waiting } from "./progress.ts";
import { ServerSession } from "./server_session.ts";
import { type RuntimeName, serverCommand } from "./server_command.ts";
import type { TranscriptTurn } from "./transcript.ts";
import type { Thread, Turn } from "../thread.ts";

/** What came of it. */
export interface Report {
  threads: number;
  turns: number;
  calls: number;
  startMs: number;
  playMs: number;
  problems: string[];
}

/** The life of the thread that is left to expire, in seconds. */
const SHORT_TTL_SECONDS = 2;

/** The client kills a server that is still there 2 s after its stdin closed. */
const CLOSE_LIMIT_MS = 2_000;

/** How many turns each of two servers adds to one thread at the same time. */
const RACING_TURNS = 50;

/**
 * Runs the demo against a server on each of the given runtimes, printing it.
 *
 * @param url Where they keep their state; in its own memory, if there is one.
 */
export async function runSession(
  runtimes: RuntimeName[],
  transcript: TranscriptTurn[],
  url?: string,
): Promise<Report> {
  const report: Report = {
    threads: new Set(transcript.map(({ thread }) => thread)).size,
    turns: transcript.length,
    calls: 0,
    startMs: 0,
    playMs: 0,
    problems: [],
  };
  const sessions = runtimes.map(() => new ServerSession());
  try {
    report.startMs = await elapsedMs(() =>
      Promise.all(
        sessions.map((session, i) =>
          session.start(serverCommand(runtimes[i]!, url))
        ),
      )
    );
    for (const { protocolVersion, pid } of sessions) {
      print(`MCP ${protocolVersion}, pid ${pid}`);
    }
    let ids = new Map<string, string>();
    report.playMs = await elapsedMs(async () => {
      ids = await play(sessions, transcript);
    });
    for (const session of sessions) {
      report.problems.push(...await compare(session, transcript, ids));
    }
    report.problems.push(
      ...await tryRefusals(sessions[0]!),
      ...await letOneExpire(sessions),
      ...sessions.length > 1 ? await race(sessions) : [],
    );
  } catch (error) {
    report.problems.push(messageOf(error));
  } finally {
    for (const session of sessions) {
      const closeMs = await elapsedMs(() => session.close());
      print(`closed after ${closeMs.toFixed()} ms`);
      if (closeMs >= CLOSE_LIMIT_MS) {
        report.problems.push("the server did not end by itself");
      }
    }
  }
  for (const { calls, log } of sessions) {
    report.calls += calls;
    printLog(log);
  }
  for (const problem of report.problems) print(`PROBLEM: ${problem}`);
  return report;
}

/**
 * Plays the transcript, a turn through each server in turn; returns the id that
 * each thread got, by its name.
 */
async function play(
  sessions: ServerSession[],
  transcript: TranscriptTurn[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const [i, { thread, role, content }] of transcript.entries()) {
    const session = sessions[i % sessions.length]!;
    const threadId = ids.get(thread) ?? await startThread(session);
    ids.set(thread, threadId);
    await session.get("append_turn", { threadId, role, content });
  }
  return ids;
}

/** Starts a thread through a server; returns its id. */
export async function startThread(
  session: ServerSession,
  ttlSeconds?: number,
): Promise<string> {
  const args = ttlSeconds === undefined ? {} : { ttlSeconds };
  return (await session.get<{ threadId: string }>("start_thread", args))
    .threadId;
}

/** Reads every thread back; returns what is not as the transcript has it. */
async function compare(
  session: ServerSession,
  transcript: TranscriptTurn[],
  ids: Map<string, string>,
): Promise<string[]> {
  const problems: string[] = [];
  const width = Math.max(...[...ids.keys()].map((name) => name.length));
  for (const [name, threadId] of ids) {
    const sent = transcript.filter(({ thread }) => thread === name);
    const { turns, secondsLeft } = await session.get<Thread>("read_thread", {
      threadId,
    });
    const differing = differences(sent, turns);
    print(
      `${name.padEnd(width)}  ${String(turns.length).padStart(2)} turns, ` +
        (differing.length === 0 ? "each as it was sent" : "NOT AS SENT") +
        `, ${formatSeconds(secondsLeft)} left`,
    );
    for (const number of differing) {
      problems.push(`thread "${name}": turn ${number} is not as it was sent`);
    }
  }
  return problems;
}

/** The numbers, from 1, of the turns that are not the same in both. */
function differences(sent: Turn[], received: Turn[]): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < Math.max(sent.length, received.length); i++) {
    const same = sent[i]?.role === received[i]?.role &&
      sent[i]?.content === received[i]?.content;
    if (!same) numbers.push(i + 1);
  }
  return numbers;
}

/** Asks for what cannot be had: each must be a tool error, and no more. */
async function tryRefusals(session: ServerSession): Promise<string[]> {
  const threadId = crypto.randomUUID();
  const refusals: [string, string, Record<string, unknown>][] = [
    ["unknown id", "read_thread", { threadId }],
    ["malformed id", "read_thread", { threadId: "__proto__" }],
    ["no content", "append_turn", { threadId, role: "user" }],
    ["no time to live", "start_thread", { ttlSeconds: 0 }],
  ];
  const problems: string[] = [];
  for (const [what, tool, args] of refusals) {
    const { error } = await session.call(tool, args);
    print(`${what}: ${error ?? "NOT REFUSED"}`);
    if (error === undefined) problems.push(`${what}: not refused`);
  }
  return problems;
}

/**
 * Shows that a turn starts a thread's time again, and then lets it run out. A
 * busy machine may be too slow for the first attempt.
 */
async function letOneExpire(sessions: ServerSession[]): Promise<string[]> {
  const problems = await expireAfter(sessions, SHORT_TTL_SECONDS);
  return problems.length === 0
    ? []
    : await expireAfter(sessions, 4 * SHORT_TTL_SECONDS);
}

async function expireAfter(
  sessions: ServerSession[],
  ttlSeconds: number,
): Promise<string[]> {
  const session = sessions.at(-1)!;
  const threadId = await startThread(sessions[0]!, ttlSeconds);
  const secondsLeft = async () => {
    const { data } = await session.call<Thread>("read_thread", { threadId });
    return data?.secondsLeft ?? 0;
  };

  await sleep(ttlSeconds * 200);
  const before = await secondsLeft();
  await session.call("append_turn", { threadId, role: "user", content: "Hi" });
  const after = await secondsLeft();
  await waiting("the short-lived thread", ttlSeconds * 1_000);
  const { error } = await session.call("read_thread", { threadId });

  print(
    `short-lived: ${before.toFixed(1)} s left, after a turn ` +
      `${after.toFixed(1)} s, then: ${error ?? "STILL THERE"}`,
  );
  const problems: string[] = [];
  if (after <= before) problems.push("a turn did not start the time again");
  if (error === undefined) problems.push("the short-lived thread is not gone");
  return problems;
}

/** Has all servers add to one thread at the same time: no turn may be lost. */
async function race(sessions: ServerSession[]): Promise<string[]> {
  const threadId = await startThread(sessions[0]!);
  const contents = sessions.flatMap((_, server) =>
    Array.from({ length: RACING_TURNS }, (_, i) => `${server}: ${i}`)
  );
  await Promise.all(contents.map((content) =>
    sessions[Number(content[0])]!
      .get("append_turn", { threadId, role: "user", content })
  ));
  const { turns } = await sessions[0]!.get<Thread>("read_thread", { threadId });
  const found = new Set(turns.map(({ content }) => content));
  const lost = contents.filter((content) => !found.has(content));
  print(
    `${contents.length} turns from ${sessions.length} servers at once: ` +
      (lost.length === 0 ? "none lost" : `${lost.length} LOST`),
  );
  return lost.length === 0 && turns.length === contents.length
    ? []
    : [`${lost.length} turns were lost, ${turns.length} are there`];
}

async function elapsedMs(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** Formats seconds as `h:mm:ss`. */
function formatSeconds(seconds: number): string {
  const twoDigits = (n: number) => String(Math.floor(n)).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours}:${twoDigits(seconds / 60 % 60)}:${twoDigits(seconds % 60)}`;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Prints what a server wrote on its stderr. */
export function printLog(log: string): void {
  for (const line of log.trimEnd().split("\n")) {
    if (line !== "") print(`stderr: ${line}`);
  }
}

/** Prints a line. */
export function print(line: string): void {
  console.log(`  ${line}`);
}
