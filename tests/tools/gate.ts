/**
 * The gate, the same for a person and for CI:
 *
 *     npm test                       everything
 *     npm test -- expiry             test files whose path contains "expiry"
 *     npm test -- --only bun         one part: checks, deno, bun or node
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { CLI_PROGRAM, REDIS_PROGRAM } from "../suites/oracle/programs.ts";
import { HOW_TO_GET_REDIS } from "../suites/oracle/redis_server.ts";
import { startRegistry } from "./jsr.ts";
import { chromiumPath, ROOT } from "./runtimes.js";
import { countsOf, type Outcome, PARTS, type Step, stepsOf } from "./steps.ts";

/** As many steps at once: the suites of three runtimes, which wait for processes and servers half of the time. */
const AT_ONCE = 3;

/** A scratch folder of this run; what earlier runs left behind goes. */
function scratch(): string {
  const cache = join(ROOT, "node_modules", ".cache", "mayfly");
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache)) {
    try {
      process.kill(Number(name), 0);
    } catch {
      rmSync(join(cache, name), { recursive: true, force: true });
    }
  }
  const folder = join(cache, String(process.pid));
  mkdirSync(folder);
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function attempt(step: Step): Promise<Outcome & { seconds: number }> {
  const start = performance.now();
  let outcome: Outcome;
  try {
    outcome = await step.run();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    outcome = { passed: 0, failed: 1, skipped: 0, text };
  }
  return { ...outcome, seconds: (performance.now() - start) / 1000 };
}

/** Runs the steps, a few at once, and shows them in their order. */
async function runAll(steps: Step[]): Promise<Omit<Outcome, "text">> {
  const waiting = steps.map((step) => ({
    step,
    ...Promise.withResolvers<Outcome & { seconds: number }>(),
  }));
  let next = 0;
  const work = async () => {
    for (let task; (task = waiting[next++]);) {
      task.resolve(await attempt(task.step));
    }
  };
  for (let i = 0; i < AT_ONCE; i++) work();

  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { step, promise } of waiting) {
    const outcome = await promise;
    sum.passed += outcome.passed;
    sum.failed += outcome.failed;
    sum.skipped += outcome.skipped;
    const time = `${outcome.seconds.toFixed(1)} s`;
    console.log(`== ${step.title}: ${countsOf(outcome)} (${time})`);
    if (outcome.failed > 0) console.log(`\n${outcome.text}\n`);
  }
  return sum;
}

const { values, positionals } = parseArgs({
  options: { only: { type: "string" } },
  allowPositionals: true,
});
if (values.only && !PARTS.some((part) => part === values.only)) {
  console.error(
    `Cannot run a part: "--only" takes ${
      PARTS.join(", ")
    }: received "${values.only}"`,
  );
  process.exit(2);
}
const registry = await startRegistry();
const env: NodeJS.ProcessEnv = { ...process.env, ...registry.env };
// What would change how the package under test behaves, or its output.
delete env.CONVERSATION_TIMEOUT_HOURS;
delete env.MAYFLY_LOG_LEVEL;
delete env.MAYFLY_URL;
delete env.FORCE_COLOR;
const leftOut = new Set<string>();
let steps: Step[] = [];
try {
  steps = stepsOf({ folder: scratch(), env, filters: positionals, leftOut })
    .filter(({ part }) => values.only === undefined || part === values.only);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}
const sum = await runAll(steps);
await registry.close();
if (REDIS_PROGRAM === undefined || CLI_PROGRAM === undefined) {
  console.log(
    `Left out: tests against real Redis servers (${HOW_TO_GET_REDIS}).`,
  );
}
if (chromiumPath() === undefined) {
  console.log("Left out: the page in a browser (install chromium).");
}
for (const line of leftOut) {
  // Those of the servers have been said in one line.
  if (!line.includes(HOW_TO_GET_REDIS)) console.log(line);
}
console.log(countsOf(sum));
const ran = sum.passed + sum.skipped > 0 || leftOut.size > 0;
process.exitCode = sum.failed > 0 || !ran ? 1 : 0;
