/**
 * Processes of all three runtimes that work at the same thing, some of them killed and some frozen
 * at random moments.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { bunPath, denoPath, nodePath, ROOT } from "../../../tools/runtimes.js";

const PROGRAM = fileURLToPath(new URL("worker.ts", import.meta.url));

const COMMANDS: (() => [command: string, args: string[]])[] = [
  () => [nodePath(24), ["--disable-warning=ExperimentalWarning", PROGRAM]],
  () => [
    denoPath(),
    ["run", "--quiet", "--no-check", "--no-prompt", "--allow-all", PROGRAM],
  ],
  () => [bunPath(), [PROGRAM]],
];

/** What a worker says: a word, and what it is about. */
export type Line = [worker: number, word: string, ...rest: string[]];

/** What happened to whom, in the order in which the runner saw it. */
export interface Story {
  lines: Line[];
  /** Workers that were killed. */
  killed: Set<number>;
  /** Workers that were frozen for longer than a lease lasts. */
  frozen: Set<number>;
}

/** How workers are run. */
export interface WorkerOptions {
  processes: number;
  /** The arguments of the program, but for the number of the worker. */
  args: string[];
  /** How often one is killed or frozen, in ms on average; `Infinity`: never. */
  harm: number;
  /** How long one is frozen, in ms; 0: none is. */
  freeze: number;
  /** Whether they have done enough. */
  isDone(story: Story): boolean;
  /** How long they may take, in ms. */
  timeout: number;
}

interface Worker {
  number: number;
  child: ChildProcess;
  ended: Promise<unknown>;
  isFrozen: boolean;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs workers until they are done; each that was killed is replaced. */
export async function runWorkers(options: WorkerOptions): Promise<Story> {
  const { processes, args, harm, freeze, isDone, timeout } = options;
  const story: Story = { lines: [], killed: new Set(), frozen: new Set() };
  let errors = "";
  let next = 0;
  const start = (): Worker => {
    const number = next++;
    const [command, flags] = COMMANDS[number % COMMANDS.length]!();
    const child = spawn(command, [...flags, String(number), ...args], {
      cwd: ROOT,
      stdio: ["pipe", "pipe", "pipe"],
    });
    let rest = "";
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        story.lines.push([number, ...line.split(" ") as [string]]);
      }
    });
    child.stderr!.setEncoding("utf8").on("data", (text) => errors += text);
    return { number, child, ended: once(child, "close"), isFrozen: false };
  };
  const workers = Array.from({ length: processes }, start);
  const isStarted = (worker: Worker) =>
    story.lines.some(([number]) => number === worker.number);

  const deadline = Date.now() + timeout;
  let nextHarm = Date.now() + harm;
  try {
    while (!isDone(story)) {
      await delay(10);
      if (Date.now() > deadline) throw new Error(`Not done in ${timeout} ms`);
      for (const { child, number } of workers) {
        if (child.exitCode !== null) {
          throw new Error(`Worker ${number} has failed: ${errors}`);
        }
      }
      if (Date.now() < nextHarm) continue;
      nextHarm = Date.now() + harm * (0.5 + Math.random());
      const index = Math.floor(Math.random() * workers.length);
      const victim = workers[index]!;
      if (victim.isFrozen || !isStarted(victim)) continue;
      if (freeze > 0 && Math.random() < 0.5) {
        victim.isFrozen = true;
        story.frozen.add(victim.number);
        victim.child.kill("SIGSTOP");
        setTimeout(() => {
          victim.child.kill("SIGCONT");
          victim.isFrozen = false;
        }, freeze);
      } else {
        victim.child.kill("SIGKILL");
        await victim.ended;
        story.killed.add(victim.number);
        workers[index] = start();
      }
    }
    // They go on until their stdin ends.
    for (const { child } of workers) {
      child.kill("SIGCONT");
      child.stdin!.end();
    }
    await Promise.all(workers.map(({ ended }) => ended));
    const failed = workers.find(({ child }) => child.exitCode !== 0);
    if (failed) throw new Error(`A worker has failed: ${errors}`);
    return story;
  } finally {
    for (const { child } of workers) child.kill("SIGKILL");
    await Promise.all(workers.map(({ ended }) => ended));
  }
}
