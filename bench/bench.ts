/**
 * The benchmark: every contender in every workload on every runtime, each in a
 * process of its own. `npm run bench -- --help` tells the options.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { install } from "../tests/tools/install.js";
import { toMarkdown } from "./report/markdown.ts";
import { writeReport } from "./report/write_report.ts";
import { gather } from "./runner/gather.ts";
import { readOptions, USAGE } from "./runner/options.ts";
import { makePlaces, prepare } from "./runner/places.ts";
import { makePlan } from "./runner/plan.ts";

const HERE = fileURLToPath(new URL("./", import.meta.url));

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), HERE);
  if (options === undefined) return console.log(USAGE);
  install(HERE);
  if (options.report) return writeReport(options.out!);
  const folder = mkdtempSync(join(tmpdir(), "mayfly-bench-"));
  // A signal ends the process at once, but by way of "exit".
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => process.exit(130));
  }
  const env: Record<string, string> = {};
  const places = await makePlaces(options, folder);
  const { tasks, end } = await prepare(makePlan(options, places), folder, env);
  const results = await gather(tasks, options, env);
  await end();
  if (options.out === undefined) return console.log(toMarkdown(results));
  writeReport(options.out, results);
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
