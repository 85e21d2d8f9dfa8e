/**
 * Starts a program on any of the three runtimes, whichever runs the test: on
 * Node against the packed artefact where there is one, else against the source.
 */

import type { Runtime } from "@mayfly/store/runtime";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bunPath, denoPath, nodePath, ROOT } from "../../tools/runtimes.js";

/** The runtimes that a program may be started on. */
export const RUNTIMES = ["deno", "bun", "node"] as const;

const HOOKS = new URL("../../tools/node_hooks.js", import.meta.url).href;
const TOO_LONG_MS = 50_000;

/** How a program ended. */
export interface Ended {
  /** `null`: it had to be killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What a program is given. */
export interface RunOptions {
  args?: string[];
  /** Flags for the runtime. */
  flags?: string[];
  /** Added to this process's environment. */
  env?: Record<string, string>;
  /** The folder that stands in for the repository's. */
  root?: string;
}

/** The path of a program beside this file. */
export function programPath(name: string): string {
  return fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
}

function commandOf(runtime: Runtime): [command: string, flags: string[]] {
  switch (runtime) {
    case "deno":
      return [denoPath(), ["run", "--quiet", "--no-check", "--allow-all"]];
    case "bun":
      return [bunPath(), []];
    default:
      return [nodePath(24), [
        "--disable-warning=ExperimentalWarning",
        ...process.env["MAYFLY_ARTEFACT"] ? [`--import=${HOOKS}`] : [],
      ]];
  }
}

/** Runs a program to its end. */
export function runOn(
  runtime: Runtime,
  program: string,
  options: RunOptions = {},
): Promise<Ended> {
  const { args = [], flags = [], env = {}, root = ROOT } = options;
  const [command, usual] = commandOf(runtime);
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...usual, ...flags, program, ...args], {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8");
      child[name].on("data", (text: string) => output[name] += text);
    }
    const timer = setTimeout(() => child.kill("SIGKILL"), TOO_LONG_MS);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, ...output });
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
