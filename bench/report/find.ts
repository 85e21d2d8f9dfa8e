/** Looking up figures. */
import { CONTENDERS } from "../contenders/contenders.ts";
import type { RuntimeName } from "../runner/options.ts";
import type { Result, Results } from "../runner/results.ts";
import type { Workload } from "../workloads/job.ts";

/** Which figures. */
export interface Place {
  runtime: RuntimeName;
  workload: Workload;
  size: number;
}

/** A calm of so many ms of block was none: the store had its rush before it was watched. */
const NO_CALM = 1000;

/** What there is about a contender. */
export function findResult(
  results: Results,
  { runtime, workload, size }: Place,
  contender: string,
): Result | undefined {
  return results.results.find((result) =>
    result.runtime === runtime && result.workload === workload &&
    result.size === size && result.contender === contender &&
    !((result.medians["block before"] ?? 0) > NO_CALM)
  );
}

/** A figure, if there is one. */
export function find(
  results: Results,
  place: Place,
  contender: string,
  figure: string,
): number | undefined {
  return findResult(results, place, contender)?.medians[figure];
}

/** The sizes that a workload was run with. */
export function sizesOf(results: Results, workload: Workload): number[] {
  const sizes = results.results
    .filter((result) => result.workload === workload)
    .map(({ size }) => size);
  return [...new Set(sizes)].sort((a, b) => a - b);
}

/** The lowest figure that a peer has, and whose. */
export function bestPeer(
  results: Results,
  place: Place,
  figure: string,
): { title: string; figure: number } | undefined {
  let best: { title: string; figure: number } | undefined;
  for (const { id, kind, title } of CONTENDERS) {
    if (kind !== "peer") continue;
    const found = find(results, place, id, figure);
    if (found === undefined || found >= (best?.figure ?? Infinity)) continue;
    best = { title, figure: found };
  }
  return best;
}

/** A figure as a multiple of another; `undefined` where one is missing. */
export function ratio(
  of: number | undefined,
  to: number | undefined,
): number | undefined {
  return of === undefined || to === undefined ? undefined : of / to;
}
