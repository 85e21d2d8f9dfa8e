/**
 * The benchmark: every contender in every workload on every runtime, each in a
 * process of its own. `npm run bench -- --help` tells the options.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { toMarkdown } from "./report/markdown.ts";
import { gather } from "./runner/gather.ts";
import { install } from "./runner/install.ts";
import { readOptions, USAGE } from "./runner/options.ts";
import { makePlan } from "./runner/plan.ts";
import { writeData } from "./workloads/data.ts";

const HERE = fileURLToPath(new URL("./", import.meta.url));

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), join(HERE, "results"));
  if (options === undefined) return console.log(USAGE);
  install(HERE);
  const folder = mkdtempSync(join(tmpdir(), "mayfly-bench-"));
  // A signal ends the process at once, but by way of "exit".
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => process.exit(130));
  }
  const tasks = makePlan(options, folder);
  for (const size of new Set(tasks.map(({ job }) => job.size))) {
    writeData(folder, size);
  }
  const results = await gather(tasks, options);
  console.log(toMarkdown(results));
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
