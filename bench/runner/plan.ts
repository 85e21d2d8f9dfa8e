/** What is run, in which order. */
import { CONTENDERS } from "../contenders/contenders.ts";
import type { Job, Workload } from "../workloads/job.ts";
import type { Options, RuntimeName } from "./options.ts";

/** A job on a runtime. */
export interface Task {
  runtime: RuntimeName;
  job: Job;
}

/** Whether a workload is for a contender. */
function suits(workload: Workload, id: string): boolean {
  const contender = CONTENDERS.find((contender) => contender.id === id)!;
  switch (workload) {
    case "operations":
      return true;
    default:
      return contender !== undefined;
  }
}

/** Turns the list, so that each contender comes first once in a while. */
function turned<T>(list: T[], by: number): T[] {
  const at = by % Math.max(list.length, 1);
  return [...list.slice(at), ...list.slice(0, at)];
}

/** All tasks of a run. What is compared runs alternately, so that a slow minute of the machine meets all alike. */
export function makePlan(options: Options, data: string): Task[] {
  const { quick, runtimes, workloads, contenders, sizes, rounds } = options;
  const tasks: Task[] = [];
  const add = (workload: Workload, size: number, times: number) => {
    if (!workloads.includes(workload)) return;
    const suited = contenders.filter((id) => suits(workload, id));
    for (let round = 0; round < times; round++) {
      for (const runtime of runtimes) {
        for (const contender of turned(suited, round)) {
          const job: Job = {
            ...{ workload, contender, size, data, quick },
            cpuClock: options.cpu,
          };
          tasks.push({ runtime, job });
        }
      }
    }
  };
  for (const size of sizes) add("operations", size, rounds);
  return tasks;
}
