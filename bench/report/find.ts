/** Looking up figures, and who is compared with whom. */
import { type Contender, CONTENDERS } from "../contenders/contenders.ts";
import { type RuntimeName, RUNTIMES } from "../runner/options.ts";
import type { Result, Results } from "../runner/results.ts";
import type { Workload } from "../workloads/job.ts";

/** Which figures. */
export interface Place {
  runtime: RuntimeName;
  workload: Workload;
  size: number;
}

/** The runtimes as they are written. */
export const RUNTIME_TITLES = { node: "Node", bun: "Bun", deno: "Deno" };

/** What there is about a contender. */
export function findResult(
  results: Results,
  { runtime, workload, size }: Place,
  contender: string,
): Result | undefined {
  return results.results.find((result) =>
    result.runtime === runtime && result.workload === workload &&
    result.size === size && result.contender === contender
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

/** The bytes an entry that a contender takes over a `Map`. */
export function findOverMap(
  results: Results,
  place: Place,
  contender: Contender,
): number | undefined {
  const figure = isOfProcess(place, contender) ? "rss" : "bytes";
  const own = find(results, place, contender.id, figure);
  const map = find(results, place, "map", figure);
  return own === undefined || map === undefined ? undefined : own - map;
}

/** Whether the heap's figure would leave out the greater part. */
export function isOfProcess(place: Place, contender: Contender): boolean {
  return place.runtime === "bun" && contender.plainObject === true;
}

/** The sizes that a workload was run with. */
export function sizesOf(results: Results, workload: Workload): number[] {
  const sizes = results.results
    .filter((result) => result.workload === workload)
    .map(({ size }) => size);
  return [...new Set(sizes)].sort((a, b) => a - b);
}

/** The figures at the largest size. */
export function largest(
  results: Results,
  runtime: RuntimeName,
  workload: Workload,
): Place {
  const size = sizesOf(results, workload).at(-1) ?? 0;
  return { runtime, workload, size };
}

/** The runtimes that a run has figures of. */
export function runtimesOf(results: Results): RuntimeName[] {
  return RUNTIMES.filter((runtime) =>
    results.results.some((result) => result.runtime === runtime)
  );
}

/** What a contender leaves undone, each with its mark. */
const MARKS: [
  mark: string,
  text: string,
  has: (contender: Contender, workload: Workload) => unknown,
][] = [
  ["†", "reads a stale clock, and may return what has expired", (c) => c.stale],
  [
    "‡",
    "frees nothing by itself, as measured here",
    (c, workload) => !sweepsIn(c, workload),
  ],
  ["§", "asks no clock in `delete`", (c) => c.blindDelete],
];

/** Where it has a timer for each entry, that is switched on only where entries must go. */
function sweepsIn(contender: Contender, workload: Workload): boolean {
  const { sweeps = false, timerPerEntry } = contender;
  const isOff = workload === "calls" || workload === "memory";
  return sweeps && !(timerPerEntry && isOff);
}

/** The marks of a contender in a workload. */
export function marksOf(contender: Contender, workload: Workload): string {
  if (contender.kind !== "peer") return "";
  return MARKS.filter(([, , has]) => has(contender, workload))
    .map(([mark]) => mark).join("");
}

/** What the marks in some text say. */
export function legendOf(text: string): string {
  return MARKS.filter(([mark]) => text.includes(mark))
    .map(([mark, says]) => `${mark} ${says}`).join("; ");
}

/** The kinds of peers that ours are compared with, call by call. */
export const PEERS: [
  title: string,
  suits: (contender: Contender, figure: string) => boolean,
][] = [
  ["the best peer with an exact clock", isExact],
  [
    "the best of these that sweeps",
    (c, figure) => isExact(c, figure) && sweepsIn(c, "calls"),
  ],
  [
    "the best peer with a stale clock or none",
    (c, figure) => !isExact(c, figure),
  ],
];

/** Whether a call of a contender decides by the clock as it is. */
export function isExact(contender: Contender, figure: string): boolean {
  return !contender.stale && !(figure === "delete" && contender.blindDelete);
}

/** The lowest figure that a peer has, and whose. */
export function bestPeer(
  results: Results,
  place: Place,
  figure: string,
  suits: (contender: Contender, figure: string) => boolean = () => true,
): { title: string; figure: number } | undefined {
  let best: { title: string; figure: number } | undefined;
  for (const contender of CONTENDERS) {
    if (contender.kind !== "peer" || !suits(contender, figure)) continue;
    const found = find(results, place, contender.id, figure);
    if (found === undefined || found >= (best?.figure ?? Infinity)) continue;
    const title = contender.title + marksOf(contender, place.workload);
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
