/**
 * The soak, on the three runtimes at once, with their memory watched: stores under random load, and
 * the example server on HTTP with 200 clients that come, lose their connection, resume and go. Fails
 * if memory grows, if a store ever answers wrongly, or if an event does not come once.
 *
 *     npm run soak -- --minutes 10
 *     npm run soak -- --minutes 10 --only http --runtime node
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { endOnSignals, runOn } from "./long/on_runtimes.ts";
import { pick, type RuntimeName, RUNTIMES } from "./runner/options.ts";

/** What is soaked, and by which program. */
const PARTS = { stores: "soak_worker.ts", http: "http_soak_worker.ts" };
type Part = keyof typeof PARTS;

function readArguments(): {
  minutes: number;
  runtimes: RuntimeName[];
  parts: Part[];
} {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      runtime: { type: "string" },
      only: { type: "string" },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes < Infinity)) {
    throw new RangeError(
      `Cannot soak: "--minutes" must be a positive number: received "${values.minutes}"`,
    );
  }
  return {
    minutes,
    runtimes: pick("runtime", values.runtime, RUNTIMES),
    parts: pick("only", values.only, Object.keys(PARTS) as Part[]),
  };
}

try {
  const { minutes, runtimes, parts } = readArguments();
  endOnSignals();
  const failed: string[] = [];
  // One part after the other: each is enough for a small machine.
  for (const part of parts) {
    console.log(
      `Soaking ${part} for ${minutes} min on ${runtimes.join(", ")} ...`,
    );
    const program = fileURLToPath(
      new URL(`long/${PARTS[part]}`, import.meta.url),
    );
    await Promise.all(runtimes.map(async (runtime) => {
      const isRight = await runOn(runtime, program, [String(minutes)]);
      if (!isRight) failed.push(`${runtime} (${part})`);
    }));
  }
  console.log(
    failed.length === 0 ? "The soak passed" : `Failed on ${failed.join(", ")}`,
  );
  if (failed.length > 0) process.exitCode = 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
