/** Looking up figures. */
import { CONTENDERS } from "../contenders/contenders.ts";
import type { RuntimeName } from "../runner/options.ts";
import type { Results } from "../runner/results.ts";
import type { Workload } from "../workloads/job.ts";

/** Which figure. */
export interface Place {
  runtime: RuntimeName;
  workload: Workload;
  size: number;
  contender: string;
  figure: string;
}

/** A figure, if there is one. */
export function find(results: Results, place: Place): number | undefined {
  return results.results.find((result) =>
    result.runtime === place.runtime && result.workload === place.workload &&
    result.size === place.size && result.contender === place.contender
  )?.medians[place.figure];
}

/** The lowest figure that a peer has, and whose. */
export function bestPeer(
  results: Results,
  place: Omit<Place, "contender">,
): { title: string; figure: number } | undefined {
  let best: { title: string; figure: number } | undefined;
  for (const { id, kind, title } of CONTENDERS) {
    if (kind !== "peer") continue;
    const figure = find(results, { ...place, contender: id });
    if (figure === undefined || figure >= (best?.figure ?? Infinity)) continue;
    best = { title, figure };
  }
  return best;
}
