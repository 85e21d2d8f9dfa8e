/**
 * Processes of all three runtimes on one file, some of them killed at random moments: what was
 * acknowledged must be there afterwards.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SqliteStorage } from "../../../../src/storage/sqlite/sqlite_storage.ts";
import { useRollbackJournal } from "../../../storage/sqlite/_support.ts";
import { bunPath, denoPath, nodePath, ROOT } from "../../../tools/runtimes.js";
import { type Findings, verify } from "./verify.ts";

/** How long a run is, of how many processes, and whether the file has a rollback journal. */
export interface ContentionOptions {
  processes: number;
  seconds: number;
  rollbackJournal?: boolean;
}

/** What a run came to. */
export interface Contention extends Findings {
  /** How many processes were killed. */
  killed: number;
  /** How many commands each process did that lived to the end. */
  counts: number[];
  /** The longest that any of these waited for a command, in ms. */
  longest: number;
}

const PROGRAM = fileURLToPath(new URL("contender.ts", import.meta.url));

const COMMANDS: (() => [command: string, args: string[]])[] = [
  () => [nodePath(24), ["--disable-warning=ExperimentalWarning", PROGRAM]],
  () => [
    denoPath(),
    ["run", "--quiet", "--no-check", "--no-prompt", "--allow-all", PROGRAM],
  ],
  () => [bunPath(), [PROGRAM]],
];

interface Contender {
  child: ChildProcess;
  /** When it has ended and all that it printed is here. */
  ended: Promise<unknown>;
  output: string;
  errors: string;
}

function start(number: number, path: string, logs: string): Contender {
  const [command, args] = COMMANDS[number % COMMANDS.length]!();
  const child = spawn(
    command,
    [...args, path, join(logs, `${number}.log`), String(number)],
    { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = once(child, "close");
  const contender: Contender = { child, ended, output: "", errors: "" };
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    contender.output += text;
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    contender.errors += text;
  });
  return contender;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs processes on a file of their own, and verifies it. */
export async function contend(
  { processes, seconds, rollbackJournal = false }: ContentionOptions,
): Promise<Contention> {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-contention-"));
  const path = join(folder, "state.db");
  if (rollbackJournal) {
    new SqliteStorage(path).close();
    useRollbackJournal(path);
  }
  let number = 0;
  let killed = 0;
  const running = Array.from(
    { length: processes },
    () => start(number++, path, folder),
  );
  try {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      await delay(100 + Math.random() * 400);
      const index = Math.floor(Math.random() * running.length);
      const victim = running[index]!;
      if (victim.child.exitCode !== null) break;
      victim.child.kill("SIGKILL");
      await victim.ended;
      killed++;
      running[index] = start(number++, path, folder);
    }
    writeFileSync(join(folder, "stop"), "");
    await Promise.all(running.map(({ ended }) => ended));
    const results = running.map(({ child, output, errors }) => {
      if (child.exitCode !== 0) throw new Error(`A process failed: ${errors}`);
      return JSON.parse(output) as { count: number; longest: number };
    });
    return {
      ...verify(path, folder),
      killed,
      counts: results.map(({ count }) => count),
      longest: Math.max(...results.map(({ longest }) => longest)),
    };
  } finally {
    for (const { child } of running) child.kill("SIGKILL");
    await Promise.all(running.map(({ ended }) => ended));
    rmSync(folder, { recursive: true, force: true });
  }
}
