/** The command line of the benchmark. */
import { parseArgs } from "node:util";
import { CONTENDERS } from "../contenders/contenders.ts";
import { type Workload, WORKLOADS } from "../workloads/job.ts";

/** The runtimes, in the order of the tables. */
export const RUNTIMES = ["node", "bun", "deno"] as const;

/** The name of a runtime. */
export type RuntimeName = typeof RUNTIMES[number];

/** What to run. */
export interface Options {
  quick: boolean;
  runtimes: RuntimeName[];
  workloads: Workload[];
  /** Ids. */
  contenders: string[];
  sizes: number[];
  /** How many processes each figure of a call is the median of. */
  rounds: number;
  /** Where to write the report; nowhere when only a part is run and nothing is said. */
  out: string | undefined;
  /** Make the report of the last run again, and run nothing. */
  report: boolean;
}

export const USAGE = `npm run bench -- [option...]

  --quick              a first impression in under two minutes
  --runtime <names>    ${RUNTIMES.join(", ")}
  --workload <names>   ${WORKLOADS.join(", ")}
  --contender <names>  ${CONTENDERS.map(({ id }) => id).join(", ")}
  --size <numbers>     live entries for "calls" (default: 100000)
  --rounds <number>    processes that a figure of "calls" is the median of (default: 5)
  --out <folder>       write the report there, over what is there of what is run
                       (default: bench, if all is run)
  --report             write the report of the last run again, and run nothing

Names and numbers in a list are separated by commas.`;

function pick<T extends string>(
  option: string,
  given: string | undefined,
  known: readonly T[],
): T[] {
  if (given === undefined) return [...known];
  const names = given.split(",").map((name) => name.trim());
  for (const name of names) {
    if (!(known as readonly string[]).includes(name)) {
      throw new RangeError(
        `Cannot run the benchmark: "--${option}" must be of ${
          known.join(", ")
        }: received "${name}"`,
      );
    }
  }
  return known.filter((name) => names.includes(name));
}

function toNumbers(option: string, given: string): number[] {
  return given.split(",").map((text) => {
    const number = Number(text.replaceAll("_", ""));
    if (Number.isSafeInteger(number) && number > 0) return number;
    throw new RangeError(
      `Cannot run the benchmark: "--${option}" must be positive and whole: received "${text}"`,
    );
  });
}

/** Reads the command line; `undefined` when only the usage is asked for. */
export function readOptions(
  args: string[],
  results: string,
): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean", short: "h" },
      quick: { type: "boolean", default: false },
      runtime: { type: "string" },
      workload: { type: "string" },
      contender: { type: "string" },
      size: { type: "string" },
      rounds: { type: "string" },
      out: { type: "string" },
      report: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { quick, runtime, workload, contender, size, rounds } = values;
  const isWhole = !quick &&
    [runtime, workload, contender, size, rounds].every((o) => o === undefined);
  return {
    quick,
    runtimes: pick("runtime", runtime, RUNTIMES),
    workloads: pick("workload", workload, WORKLOADS),
    contenders: pick("contender", contender, CONTENDERS.map(({ id }) => id)),
    sizes: toNumbers("size", size ?? "100000"),
    rounds: toNumbers("rounds", rounds ?? (quick ? "1" : "5"))[0],
    out: values.out ?? (isWhole || values.report ? results : undefined),
    report: values.report,
  };
}
