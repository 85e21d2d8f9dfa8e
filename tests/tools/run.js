/**
 * Runs one of the project's TypeScript programs in a fresh clone: installs the
 * dependencies where they are missing or out of date, then starts the pinned
 * Node with the program and passes on arguments, standard streams, signals and
 * the exit code. The one step that must work on the oldest Node.
 *
 *     node tests/tools/run.js <program.ts> [argument...]
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { install } from "./install.js";
import { DEPENDENCIES, nodePath, ROOT } from "./runtimes.js";

install(ROOT, DEPENDENCIES);
const [script, ...args] = process.argv.slice(2);
const child = spawn(
  nodePath(24),
  ["--disable-warning=ExperimentalWarning", join(ROOT, script), ...args],
  { stdio: "inherit" },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
