/**
 * The soak: stores under random load on the three runtimes at once, with their
 * memory watched. Fails if it grows, or if a store ever answers wrongly.
 *
 *     npm run soak -- --minutes 10
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { endOnSignals, runOn } from "./long/on_runtimes.ts";
import { pick, type RuntimeName, RUNTIMES } from "./runner/options.ts";

const PROGRAM = fileURLToPath(new URL("long/soak_worker.ts", import.meta.url));

function readArguments(): { minutes: number; runtimes: RuntimeName[] } {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      runtime: { type: "string" },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes < Infinity)) {
    throw new RangeError(
      `Cannot soak: "--minutes" must be a positive number: received "${values.minutes}"`,
    );
  }
  const runtimes = pick("runtime", values.runtime, RUNTIMES);
  return { minutes, runtimes };
}

try {
  const { minutes, runtimes } = readArguments();
  endOnSignals();
  console.log(`Soaking for ${minutes} min on ${runtimes.join(", ")} ...`);
  const outcomes = await Promise.all(
    runtimes.map((runtime) => runOn(runtime, PROGRAM, [String(minutes)])),
  );
  const failed = runtimes.filter((_, i) => !outcomes[i]);
  console.log(
    failed.length === 0 ? "The soak passed" : `Failed on ${failed.join(", ")}`,
  );
  if (failed.length > 0) process.exitCode = 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
