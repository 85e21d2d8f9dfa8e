/** What is run, in which order. */
import { type Contender, CONTENDERS } from "../contenders/contenders.ts";
import type { Job, Workload } from "../workloads/job.ts";
import type { Options, RuntimeName } from "./options.ts";

/** A job on a runtime. */
export interface Task {
  runtime: RuntimeName;
  job: Job;
}

/** Where things are that the jobs need. */
export interface Places {
  /** The folder of the keys and values. */
  data: string;
  /** What is imported as Mayfly on a runtime. */
  core(runtime: RuntimeName): string;
}

const LARGE = 1_000_000;
const SMALL = 100_000;

/** For whom a workload is run; where it is not said, it is ours alone. */
const SUITED: Partial<Record<Workload, (contender: Contender) => unknown>> = {
  calls: () => true,
  memory: ({ id }) => id !== "map-clock",
  due: ({ id, sweeps }) => id === "map" || sweeps,
  churn: ({ id, sweeps }) => id === "map" || sweeps,
  // One process for each package: `toad-cache` is two contenders.
  import: ({ id, entry }) => id === "expiring-store" || entry !== undefined,
};
/** These take a few seconds at most, and are run in every round. */
const SHORT: readonly Workload[] = ["calls", "storage", "import"];
/** What a quick run looks at where others take their time. */
const QUICK = ["map", "expiring-store"];

/** Who is measured, at which sizes, in how many rounds. */
function extentOf(
  workload: Workload,
  { quick, rounds, sizes, contenders }: Options,
): { chosen: Contender[]; sizes: number[]; times: number } {
  const isSlow = ["memory", "due", "churn"].includes(workload);
  const suits = SUITED[workload] ?? (({ id }) => id === "in-memory-storage");
  const entries = new Set<string>();
  const chosen = CONTENDERS.filter((contender) => {
    const { id, entry } = contender;
    if (!contenders.includes(id) || !suits(contender)) return false;
    if (isSlow && quick) return QUICK.includes(id);
    if (workload !== "import" || entry === undefined) return true;
    return !entries.has(entry) && entries.add(entry);
  });
  const times = SHORT.includes(workload) ? rounds : Math.ceil(rounds / 5);
  const size = isSlow && !quick ? LARGE : workload === "import" ? 0 : SMALL;
  return { chosen, times, sizes: workload === "calls" ? sizes : [size] };
}

/** Turns the list, so that each contender comes first once in a while. */
function turned<T>(list: T[], by: number): T[] {
  const at = by % Math.max(list.length, 1);
  return [...list.slice(at), ...list.slice(0, at)];
}

/** All tasks of a run. What is compared runs alternately, so that a slow minute of the machine meets all alike. */
export function makePlan(options: Options, places: Places): Task[] {
  const { quick, runtimes, workloads } = options;
  const tasks: Task[] = [];
  for (const workload of workloads) {
    const { chosen, sizes, times } = extentOf(workload, options);
    for (const size of sizes) {
      for (let round = 0; round < times; round++) {
        for (const runtime of runtimes) {
          for (const { id, entry } of turned(chosen, round)) {
            const job: Job = {
              ...{ workload, contender: id, size, data: places.data, quick },
              ...workload === "import"
                ? { module: entry ?? places.core(runtime) }
                : {},
            };
            tasks.push({ runtime, job });
          }
        }
      }
    }
  }
  return tasks;
}
