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
  /** Whether `@std/cache` is there. */
  hasStdCache: boolean;
}

const LARGE = 1_000_000;
const SMALL = 100_000;

/** How much of a workload is run. */
interface Extent {
  sizes: number[];
  /** How many processes. */
  times: number;
  /** For whom. */
  suits(contender: Contender): boolean;
}

function extentOf(workload: Workload, options: Options): Extent {
  const { quick, rounds } = options;
  // These take ten seconds each; the long ones run a seventh as often.
  const times = Math.max(1, Math.floor(rounds / 7));
  const sizes = [quick ? SMALL : LARGE];
  switch (workload) {
    case "operations":
      return { sizes: options.sizes, times: rounds, suits: () => true };
    case "memory":
      return {
        ...{ sizes, times },
        suits: ({ id }) =>
          quick ? id === "map" || id === "expiring-store" : id !== "map-clock",
      };
    case "due":
      return {
        ...{ sizes, times },
        suits: ({ id, sweeps = false }) =>
          quick ? id === "expiring-store" : sweeps,
      };
    case "churn":
      return {
        ...{ sizes, times: quick ? 0 : times },
        suits: ({ id, sweeps = false }) => id === "map" || sweeps,
      };
    case "import":
      return {
        sizes: [0],
        times: rounds,
        suits: ({ id, entry }) =>
          id === "expiring-store" || entry !== undefined,
      };
    case "redis":
      return {
        ...{ sizes: [SMALL], times },
        suits: ({ id }) => id === "in-memory-storage",
      };
  }
}

/** Turns the list, so that each contender comes first once in a while. */
function turned<T>(list: T[], by: number): T[] {
  const at = by % Math.max(list.length, 1);
  return [...list.slice(at), ...list.slice(0, at)];
}

/** One process for each package: `toad-cache` is two contenders. */
function withoutDoubles(contenders: Contender[]): Contender[] {
  const entries = contenders.map(({ entry }) => entry);
  return contenders.filter(({ entry }, i) =>
    entry === undefined || entries.indexOf(entry) === i
  );
}

/** All tasks of a run. What is compared runs alternately, so that a slow minute of the machine meets all alike. */
export function makePlan(options: Options, places: Places): Task[] {
  const { quick, cpu, runtimes, workloads } = options;
  const chosen = CONTENDERS.filter(({ id, jsr }) =>
    options.contenders.includes(id) && (!jsr || places.hasStdCache)
  );
  const tasks: Task[] = [];
  for (const workload of workloads) {
    const { sizes, times, suits } = extentOf(workload, options);
    const suited = chosen.filter(suits);
    const isImport = workload === "import";
    const contenders = isImport ? withoutDoubles(suited) : suited;
    for (const size of sizes) {
      for (let round = 0; round < times; round++) {
        for (const runtime of runtimes) {
          for (const { id, entry } of turned(contenders, round)) {
            const job: Job = {
              ...{ workload, contender: id, size, data: places.data, quick },
              ...isImport ? { module: entry ?? places.core(runtime) } : {},
              cpuClock: cpu,
            };
            tasks.push({ runtime, job });
          }
        }
      }
    }
  }
  return tasks;
}
