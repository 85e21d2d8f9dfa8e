/**
 * Runs one of the project's TypeScript programs in a fresh clone: installs the
 * dependencies where they are missing or out of date, then starts the pinned
 * Node with the program and passes on arguments, standard streams, signals and
 * the exit code. The one step that must work on the oldest Node.
 *
 *     node tests/tools/run.js <program.ts> [argument...]
 */
import { spawn, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { nodePath, ROOT } from "./runtimes.js";

/** @param {string} path */
function modified(path) {
  try {
    return statSync(join(ROOT, path)).mtimeMs;
  } catch {
    return -1;
  }
}

function install() {
  // npm writes this file last, so it is missing when an install broke off.
  const installed = modified("node_modules/.package-lock.json");
  if (installed >= modified("package-lock.json")) return;
  process.stderr.write(
    "Installing the development dependencies (npm ci) ...\n",
  );
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  const options = { cwd: ROOT, stdio: ["ignore", 2, 2] };
  const result = npm?.endsWith("js")
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync("npm", args, { ...options, shell: true });
  if (result.status !== 0) {
    process.stderr.write("Cannot install the dependencies: npm ci failed\n");
    process.exit(1);
  }
}

install();
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
