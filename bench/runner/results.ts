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
  /** How many processes. */
  runs: number;
  /** Medians over the processes, of the medians in each. */
  medians: Record<string, number>;
  /** Why there are no figures, or fewer. */
  problem?: string;
}

/** A whole run. */
export interface Results {
  date: string;
  /** How long it took. */
  minutes: number;
  machine: { cpu: string; cores: number; memoryGB: number; system: string };
  /** Of the runtimes and the packages. */
  versions: Record<string, string>;
  quick: boolean;
  rounds: number;
  /** Bundled, by the name of the package. */
  sizes: Record<string, Size>;
  results: Result[];
}

/** The middle one, or the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}
