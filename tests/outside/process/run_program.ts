/**
 * Starts a program in a process of its own on the runtime that runs the test:
 * on Deno and Bun against the source, on Node against the packed artefact, as
 * the tests themselves.
 */
import { runtime } from "@mayfly/store/runtime";
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** How a program ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** When it had ended: ms since the epoch, with fractions. */
  endedAt: number;
}

/** What a program is given. */
export interface ProgramOptions {
  args?: string[];
  /** Whether it can call the garbage collector; on Bun, it always can. */
  gc?: boolean;
  /** Deno's permission flags; none by default. */
  denoPermissions?: string[];
  /** Added to this process's environment; `undefined` takes one out. */
  env?: Record<string, string | undefined>;
}

const TOO_LONG_MS = 30_000;
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const HOOKS = new URL("../../tools/node_hooks.js", import.meta.url).href;

function flags({ gc, denoPermissions = [] }: ProgramOptions): string[] {
  switch (runtime) {
    case "deno":
      return [
        // Without a permission flag, Deno's node:child_process adds --allow-all.
        ...["run", "--quiet", "--no-check", "--deny-run"],
        ...gc ? ["--v8-flags=--expose-gc"] : [],
        ...denoPermissions,
      ];
    case "node":
      return [
        ...["--disable-warning=ExperimentalWarning", `--import=${HOOKS}`],
        ...gc ? ["--expose-gc"] : [],
      ];
    default:
      return [];
  }
}

/** The time, finer than `Date.now()`, and the same in all processes. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Starts `programs/<name>.ts`. */
export function startProgram(
  name: string,
  options: ProgramOptions = {},
): ChildProcess {
  const path = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  const args = [...flags(options), path, ...options.args ?? []];
  return spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs `programs/<name>.ts` to its end. */
export function runProgram(
  name: string,
  options: ProgramOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = startProgram(name, options);
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      const stream = child[name]!;
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => output[name] += text);
    }
    let endedAt = NaN;
    const timer = setTimeout(() => child.kill("SIGKILL"), TOO_LONG_MS);
    child.on("exit", () => endedAt = now());
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, ...output, endedAt });
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
