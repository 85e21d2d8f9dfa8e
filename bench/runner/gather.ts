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
import { commandOf, runJob } from "./run_job.ts";

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

/** Runs all tasks. */
export async function gather(
  tasks: Task[],
  options: Options,
  env: Record<string, string> = {},
): Promise<Results> {
  const found = new Map<string, { result: Result; figures: Figures }>();
  const start = Date.now();
  for (const [i, { runtime, job }] of tasks.entries()) {
    showProgress(i, tasks, start);
    const { workload, contender, size } = job;
    const id = [runtime, workload, contender, size].join();
    if (!found.has(id)) {
      const result = { runtime, workload, contender, size, runs: 0 };
      found.set(id, { result: { ...result, medians: {} }, figures: {} });
    }
    const { result, figures } = found.get(id)!;
    const outcome = await runJob(runtime, job, env);
    if ("problem" in outcome) {
      result.problem = outcome.problem;
      continue;
    }
    result.runs++;
    for (const [name, numbers] of Object.entries(outcome.figures)) {
      (figures[name] ??= []).push(median(numbers));
    }
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  for (const { result, figures } of found.values()) {
    for (const [name, numbers] of Object.entries(figures)) {
      result.medians[name] = median(numbers);
    }
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "?",
      cores: cpus().length,
      memoryGB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
    },
    versions: versionsOf(options),
    quick: options.quick,
    rounds: options.rounds,
    results: [...found.values()].map(({ result }) => result),
  };
}
