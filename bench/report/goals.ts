/** The goals of `goals.txt`: figures that are to be no more than a limit, on every runtime. */
import { readFileSync } from "node:fs";
import type { RuntimeName } from "../runner/options.ts";
import type { Results } from "../runner/results.ts";
import type { Workload } from "../workloads/job.ts";
import { contender, Figures, isExact } from "./find.ts";

/** A goal, as a row of the file. */
export interface Goal {
  text: string;
  limit: number;
  workload: Workload;
  /** A figure of the store where the workload has contenders, of the storage elsewhere. */
  figure: string;
  /** What happens with the other figure. */
  how: "over" | "less";
  /** The other: a number, a figure of ours, or the same of a contender ("id ...") or of the best peer ("peer exact", "peer any"). */
  other: number | string;
}

/** All goals. */
export const GOALS: readonly Goal[] = readFileSync(
  new URL("goals.txt", import.meta.url),
  "utf8",
).trimEnd().split("\n").map((line) => {
  const [text, limit, workload, figure, how, other] = line.split(" | ");
  const number = Number(other);
  return {
    ...{ text, limit: Number(limit), workload, figure, how },
    other: Number.isNaN(number) ? other : number,
  } as Goal;
});

const HAS_CONTENDERS: readonly Workload[] = ["calls", "memory", "due"];

/** A goal's figure on a runtime. */
export function figureOf(
  { workload, figure, how, other }: Goal,
  results: Results,
  runtime: RuntimeName,
): number | undefined {
  const size = workload === "calls" ? 100_000 : undefined;
  const figures = new Figures(results, runtime, workload, size);
  const ours = contender(
    HAS_CONTENDERS.includes(workload) ? "expiring-store" : "in-memory-storage",
  );
  const [kind, name] = String(other).split(" ");
  const found = figures.find(ours, figure);
  const to = typeof other === "number"
    ? other
    : kind === "id"
    ? figures.find(contender(name), figure)
    : kind === "peer"
    ? figures.best(figure, name === "exact" ? isExact : () => true)?.figure
    : figures.find(ours, other);
  if (found === undefined || to === undefined) return undefined;
  return how === "less" ? found - to : found / to;
}
