/** Runs one program on several runtimes at once, for the scripts that take their time. */
import { spawn } from "node:child_process";
import process from "node:process";
import { ROOT } from "../../tests/tools/runtimes.js";
import type { RuntimeName } from "../runner/options.ts";
import { commandOf } from "../runner/run_job.ts";

/** Passes on what a program prints, each line with the name of its runtime; whether it went well. */
export function runOn(
  runtime: RuntimeName,
  program: string,
  args: string[],
): Promise<boolean> {
  const [command, flags] = commandOf(runtime);
  return new Promise((resolve) => {
    const child = spawn(command, [...flags, program, ...args], {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const kill = () => child.kill("SIGKILL");
    process.on("exit", kill);
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) console.log(`${runtime.padEnd(4)}  ${line}`);
      });
    }
    child.on("error", (error) => console.error(error.message));
    child.on("close", (code, signal) => {
      process.off("exit", kill);
      if (signal !== null) {
        console.log(`${runtime.padEnd(4)}  ended by ${signal}`);
      }
      resolve(code === 0);
    });
  });
}

/** A signal ends what was started as well. */
export function endOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => process.exit(130));
  }
}
