/**
 * What happens past 2^24 keys, where V8's `Map` throws: the store holds more than
 * that, or refuses with a `StoreFullError` and loses nothing. It takes some GB and
 * minutes, so it is no part of the tests.
 *
 *     node tests/tools/run.js bench/limits.ts [runtime...]
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { endOnSignals, runOn } from "./long/on_runtimes.ts";
import { RUNTIMES } from "./runner/options.ts";

const PROGRAM = fileURLToPath(
  new URL("long/limits_worker.ts", import.meta.url),
);

endOnSignals();
const named = process.argv.slice(2);
for (const runtime of RUNTIMES) {
  if (named.length > 0 && !named.includes(runtime)) continue;
  // One after the other: each takes its memory.
  if (!await runOn(runtime, PROGRAM, [])) process.exitCode = 1;
}
