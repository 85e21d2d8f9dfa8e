/**
 * One process of the benchmark: does one job with one contender and prints what
 * it found as one line of JSON.
 *
 *     <runtime> bench/worker.ts '<job>'
 */
import { writeSync } from "node:fs";
import process from "node:process";
import { CONTENDERS } from "./contenders/contenders.ts";
import type { ContenderModule } from "./contenders/contender.ts";
import type { Figures, Job } from "./workloads/job.ts";
import { runOperations } from "./workloads/operations.ts";

const job: Job = JSON.parse(process.argv[2]);
const contender = CONTENDERS.find(({ id }) => id === job.contender);
const strings = contender?.strings ?? false;

function load(): Promise<ContenderModule> {
  return import(`./contenders/${contender!.file}.ts`);
}

async function work(): Promise<Figures> {
  switch (job.workload) {
    case "operations":
      return runOperations(job, await load(), strings);
    default:
      throw new Error(`Cannot run the workload "${job.workload}"`);
  }
}

writeSync(1, `${JSON.stringify(await work())}\n`);
process.exit();
