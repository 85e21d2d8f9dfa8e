/** Runs one job in a process of its own, on one of the runtimes. */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bunPath, denoPath, nodePath } from "../../tests/tools/runtimes.js";
import type { Figures, Job } from "../workloads/job.ts";
import type { RuntimeName } from "./options.ts";

const WORKER = fileURLToPath(new URL("../worker.ts", import.meta.url));
const IMPORTER = fileURLToPath(new URL("../import_worker.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TOO_LONG_MS = 180_000;

/** What came of a job: figures, or the reason why there are none. */
export type Outcome = { figures: Figures } | { problem: string };

/** The command that starts a program on a runtime, with the garbage collector at hand. */
export function commandOf(runtime: RuntimeName): [string, string[]] {
  switch (runtime) {
    case "node":
      return [nodePath(24), [
        "--disable-warning=ExperimentalWarning",
        "--expose-gc",
      ]];
    case "bun":
      return [bunPath(), []];
    case "deno":
      return [denoPath(), [
        ...["run", "--quiet", "--no-check", "--allow-all"],
        "--v8-flags=--expose-gc",
      ]];
  }
}

/** Runs a job to its end. */
export function runJob(
  runtime: RuntimeName,
  job: Job,
  env: Record<string, string> = {},
): Promise<Outcome> {
  const [command, flags] = commandOf(runtime);
  return new Promise((resolve) => {
    const program = job.workload === "import"
      ? [IMPORTER, job.module!]
      : [WORKER, JSON.stringify(job)];
    const child = spawn(command, [...flags, ...program], {
      cwd: ROOT,
      env: { ...process.env, ...env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const kill = () => child.kill("SIGKILL");
    process.on("exit", kill);
    let stdout = "";
    let stderr = "";
    let isLate = false;
    child.stdout.setEncoding("utf8").on("data", (text) => stdout += text);
    child.stderr.setEncoding("utf8").on("data", (text) => stderr += text);
    const timer = setTimeout(() => {
      isLate = true;
      kill();
    }, TOO_LONG_MS);
    child.on("error", (error) => stderr += error.message);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      process.off("exit", kill);
      if (code === 0) {
        resolve({ figures: JSON.parse(stdout.trim().split("\n").at(-1)!) });
      } else if (isLate) {
        resolve({ problem: `not done after ${TOO_LONG_MS / 1000} s` });
      } else {
        const message = stderr.split("\n").find((line) => /Error/.test(line));
        resolve({ problem: (message ?? `ended by ${signal ?? code}`).trim() });
      }
    });
  });
}
