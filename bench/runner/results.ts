/** The figures of a run, as they are written to JSON. */
import type { Workload } from "../workloads/job.ts";
import type { RuntimeName } from "./options.ts";
import type { Size } from "./sizes.ts";

/** All that one runtime's processes found about one contender in one workload at one size. */
export interface Result {
  runtime: RuntimeName;
  workload: Workload;
  contender: string;
  size: number;
  date: string;
  /** How many processes. */
  runs: number;
  /** Medians over the processes, of the medians in each. */
  medians: Record<string, number>;
  /** Why there are no figures, or fewer. */
  problem?: string;
}

/** A whole run. */
export interface Results {
  /** How long it took, the last part that was run. */
  minutes: number;
  machine: { cpu: string; cores: number; memoryGB: number; system: string };
  /** Of the runtimes and the packages. */
  versions: Record<string, string>;
  quick: boolean;
  /** Bundled, by the name of the package. */
  sizes: Record<string, Size>;
  results: Result[];
}

/** The figures of a run, and those of an earlier one that it did not measure anew. */
export function merge(later: Results, earlier: Results): Results {
  const isAnew = (old: Result) =>
    later.results.some(({ runtime, workload, contender, size }) =>
      runtime === old.runtime && workload === old.workload &&
      contender === old.contender && size === old.size
    );
  const kept = earlier.results.filter((old) => old.date && !isAnew(old));
  return {
    ...later,
    sizes: { ...earlier.sizes, ...later.sizes },
    versions: { ...earlier.versions, ...later.versions },
    results: [...kept, ...later.results],
  };
}

/** The middle one, or the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}
