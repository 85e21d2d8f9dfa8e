/** Runs the tasks one after the other and puts their figures together. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import process from "node:process";
import { CONTENDERS } from "../contenders/contenders.ts";
import type { Figures } from "../workloads/job.ts";
import type { Options } from "./options.ts";
import type { Task } from "./plan.ts";
import { median, type Result, type Results } from "./results.ts";
import { commandOf, type Outcome, runJob } from "./run_job.ts";
import { measureSizes } from "./sizes.ts";

function versionsOf({ runtimes }: Options): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const runtime of runtimes) {
    const output = execFileSync(commandOf(runtime)[0], ["--version"]);
    versions[runtime] = /\d+\.\d+\.\d+/.exec(String(output))?.[0] ?? "?";
  }
  for (const { entry } of CONTENDERS) {
    if (entry === undefined) continue;
    const path = `../node_modules/${entry}/package.json`;
    const text = readFileSync(new URL(path, import.meta.url), "utf8");
    versions[entry] = JSON.parse(text).version;
  }
  return versions;
}

/** Shows how far it is, where somebody looks. */
function showProgress(done: number, tasks: Task[], start: number): void {
  if (!process.stderr.isTTY) return;
  const minutes = ((Date.now() - start) / 60_000).toFixed(1);
  const { runtime, job } = tasks[done];
  process.stderr.write(
    `\r\x1b[K${
      done + 1
    } of ${tasks.length}, ${minutes} min: ${runtime} ${job.contender} ${job.workload}`,
  );
}

/** The figures so far, by what they are about. */
class Gathered {
  readonly #found = new Map<string, { result: Result; figures: Figures }>();

  add({ runtime, job }: Task, outcome: Outcome): void {
    const { workload, contender, size } = job;
    const id = [runtime, workload, contender, size].join();
    if (!this.#found.has(id)) {
      const date = new Date().toISOString().slice(0, 10);
      const result = { runtime, workload, contender, size, date };
      const empty = { ...result, runs: 0, medians: {} };
      this.#found.set(id, { result: empty, figures: {} });
    }
    const { result, figures } = this.#found.get(id)!;
    if ("problem" in outcome) {
      result.problem = outcome.problem;
      return;
    }
    result.runs++;
    for (const [name, numbers] of Object.entries(outcome.figures)) {
      (figures[name] ??= []).push(median(numbers));
    }
  }

  /** The medians. */
  results(): Result[] {
    return [...this.#found.values()].map(({ result, figures }) => {
      for (const [name, numbers] of Object.entries(figures)) {
        result.medians[name] = Number(median(numbers).toPrecision(4));
      }
      return result;
    });
  }
}

/** Runs all tasks. */
export async function gather(
  tasks: Task[],
  options: Options,
  env: Record<string, string> = {},
): Promise<Results> {
  const gathered = new Gathered();
  const start = Date.now();
  for (const [i, task] of tasks.entries()) {
    showProgress(i, tasks, start);
    gathered.add(task, await runJob(task.runtime, task.job, env));
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const results = gathered.results();
  for (const { runtime, contender, workload, problem } of results) {
    if (problem === undefined) continue;
    console.error(`${runtime} ${contender} ${workload}: ${problem}`);
  }
  const needsSizes = options.workloads.includes("import");
  return {
    minutes: Math.round((Date.now() - start) / 6000) / 10,
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "?",
      cores: cpus().length,
      memoryGB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
    },
    versions: versionsOf(options),
    quick: options.quick,
    sizes: needsSizes ? await measureSizes() : {},
    results,
  };
}
