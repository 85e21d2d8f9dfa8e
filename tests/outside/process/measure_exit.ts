/** Measures the exit on the runtime that it runs on, for `exit_time.ts`. */
import { runtime } from "@mayfly/store/runtime";
import process from "node:process";
import { runProgram } from "./run_program.ts";

const [entries = "100000", runs = "7"] = process.argv.slice(2);
for (const kind of ["store", "storage"]) {
  const times: number[] = [];
  for (let i = 0; i < Number(runs); i++) {
    const args = [kind, entries];
    const { code, stdout, stderr, endedAt } = await runProgram("live_entries", {
      args,
    });
    if (code !== 0) throw new Error(stderr);
    times.push(endedAt - Number(stdout));
  }
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)]!;
  console.log(
    `${runtime}, ${kind} of ${entries} entries: exits ${
      median.toFixed(1)
    } ms after its last line (median of ${runs}, at most ${
      times.at(-1)!.toFixed(1)
    } ms)`,
  );
}
