/**
 * One process of the benchmark: does one job with one contender and prints what
 * it found as one line of JSON.
 *
 *     <runtime> bench/worker.ts '<job>'
 */
import { writeSync } from "node:fs";
import process from "node:process";
import { CONTENDERS } from "./contenders/contenders.ts";
import type { Job, WorkloadModule } from "./workloads/job.ts";

const job: Job = JSON.parse(process.argv[2]);
const contender = CONTENDERS.find(({ id }) => id === job.contender)!;
const { run }: WorkloadModule = await import(`./workloads/${job.workload}.ts`);
writeSync(1, `${JSON.stringify(await run(job, contender))}\n`);
process.exit();
