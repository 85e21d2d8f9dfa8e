/** What the processes of a benchmark say to each other. */

/** The workloads, each a process of its own. */
export const WORKLOADS = [
  "operations",
  "memory",
  "due",
  "churn",
  "import",
  "redis",
] as const;

/** The name of a workload. */
export type Workload = typeof WORKLOADS[number];

/** One process: what it has to do. */
export interface Job {
  workload: Workload;
  /** The id of the contender. */
  contender: string;
  /** How many entries. */
  size: number;
  /** The folder of the keys and values. */
  data: string;
  /** A shorter run, for a first impression. */
  quick: boolean;
  /** What is imported, for "import". */
  module?: string;
  /** Operations are timed by the CPU they take, for a machine that is busy. */
  cpuClock: boolean;
}

/** What a process found: numbers by name, several where it measured several times. */
export type Figures = Record<string, number[]>;
