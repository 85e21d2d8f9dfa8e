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
import { runChurn } from "./workloads/churn.ts";
import { runDue } from "./workloads/due.ts";
import type { Figures, Job } from "./workloads/job.ts";
import { runMemory } from "./workloads/memory.ts";
import { runOperations } from "./workloads/operations.ts";
import { watchTimers } from "./workloads/timers.ts";

const job: Job = JSON.parse(process.argv[2]);
const contender = CONTENDERS.find(({ id }) => id === job.contender)!;
const { strings = false, timerPerEntry } = contender;

function load(): Promise<ContenderModule> {
  return import(`./contenders/${contender.file}.ts`);
}

async function work(): Promise<Figures> {
  switch (job.workload) {
    case "operations":
      return await runOperations(job, await load(), strings);
    case "memory":
      return await runMemory(job, await load(), strings);
    case "due": {
      // A million timers that are watched would be slower ones.
      const timers = timerPerEntry ? undefined : watchTimers();
      return await runDue(job, await load(), strings, timers);
    }
    case "churn":
      return await runChurn(job, await load(), strings);
    case "redis": {
      const { runRedis } = await import("./workloads/redis.ts");
      return await runRedis(job);
    }
    default:
      throw new Error(`Cannot run the workload "${job.workload}" here`);
  }
}

writeSync(1, `${JSON.stringify(await work())}\n`);
process.exit();
