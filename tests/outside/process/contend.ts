/**
 * The contention run by hand:
 *
 *     npm run contend -- --minutes 10 --processes 8
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { contend } from "./contention/run.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    processes: { type: "string", default: "8" },
    "rollback-journal": { type: "boolean", default: false },
  },
});
const minutes = Number(values.minutes);
const processes = Number(values.processes);
if (!(minutes > 0 && processes >= 1)) {
  console.error(
    'Cannot run: "--minutes" and "--processes" must be positive numbers',
  );
  process.exit(2);
}
const { acknowledged, inDoubt, killed, counts, longest } = await contend({
  processes,
  seconds: minutes * 60,
  rollbackJournal: values["rollback-journal"],
});
console.log(
  `${acknowledged} commands acknowledged, all of them there; ${killed} processes killed, ${inDoubt} commands in doubt`,
);
console.log(
  `longest wait ${
    longest.toFixed(0)
  } ms; commands of those that lived to the end: ${counts.join(", ")}`,
);
