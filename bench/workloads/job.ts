/** What the processes of a benchmark say to each other. */
import type { Contender } from "../contenders/contenders.ts";

/** The workloads: each a file of this name, and a process of its own. */
export const WORKLOADS = [
  "calls",
  "storage",
  "memory",
  "due",
  "churn",
  "hits",
  "state",
  "collection",
  "leases",
  "file",
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
}

/** What a process found: numbers by name, several where it measured several times. */
export type Figures = Record<string, number[]>;

/** What a workload's file exports. */
export interface WorkloadModule {
  run(job: Job, contender: Contender): Promise<Figures>;
}
