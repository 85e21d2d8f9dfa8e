/** Looking up figures, and which contenders ours are compared with. */
import { type Contender, CONTENDERS } from "../contenders/contenders.ts";
import { type RuntimeName, RUNTIMES } from "../runner/options.ts";
import type { Result, Results } from "../runner/results.ts";
import type { Workload } from "../workloads/job.ts";

/** The runtimes as they are written. */
export const RUNTIME_TITLES = { node: "Node", bun: "Bun", deno: "Deno" };

/** One runtime's figures of one workload. */
export class Figures {
  readonly runtime: RuntimeName;
  readonly workload: Workload;
  readonly size: number;
  readonly #results: Map<string, Result>;

  /** @param size Those of this size, or else of the largest that was run. */
  constructor(
    { results }: Results,
    runtime: RuntimeName,
    workload: Workload,
    size?: number,
  ) {
    this.runtime = runtime;
    this.workload = workload;
    const all = results.filter((result) =>
      result.runtime === runtime && result.workload === workload
    );
    this.size = size ?? Math.max(0, ...all.map(({ size }) => size));
    this.#results = new Map(
      all.filter(({ size }) => size === this.size)
        .map((result) => [result.contender, result]),
    );
  }

  result(contender: string): Result | undefined {
    return this.#results.get(contender);
  }

  /** A figure; of `over map`, the bytes an entry that a contender takes over a `Map`. */
  find(contender: Contender, figure: string): number | undefined {
    const { id } = contender;
    if (figure !== "over map") return this.result(id)?.medians[figure];
    const kind = this.isOfProcess(contender) ? "rss" : "bytes";
    if (id === "map") return this.result(id)?.medians[kind];
    const [own, map] = [id, "map"].map((id) => this.result(id)?.medians[kind]);
    return own === undefined || map === undefined ? undefined : own - map;
  }

  /** Whether the heap's figure would leave out the greater part. */
  isOfProcess(contender: Contender): boolean {
    return this.workload === "memory" && this.runtime === "bun" &&
      contender.plainObject === true;
  }

  /** The lowest figure of a peer, and its title. */
  best(
    figure: string,
    suits: (contender: Contender, figure: string) => boolean,
  ): { title: string; figure: number } | undefined {
    return CONTENDERS
      .filter((c) => c.kind === "peer" && suits(c, figure))
      .map((c) => ({
        title: c.title + marksOf(c, this.workload),
        figure: this.find(c, figure)!,
      }))
      .filter(({ figure }) => figure !== undefined)
      .sort((a, b) => a.figure - b.figure)[0];
  }
}

/** The runtimes that a run has figures of. */
export function runtimesOf({ results }: Results): RuntimeName[] {
  return RUNTIMES.filter((name) => results.some((r) => r.runtime === name));
}

/** A contender by its id. */
export function contender(id: string): Contender {
  return CONTENDERS.find((c) => c.id === id)!;
}

/** Where it has a timer for each entry, that is switched on only where entries must go. */
function sweepsIn(c: Contender, workload: Workload): boolean {
  const isOff = workload === "calls" || workload === "memory";
  return c.sweeps === true && !(c.timerPerEntry && isOff);
}

/** Whether a call of a contender decides by the clock as it is. */
export function isExact(c: Contender, figure: string): boolean {
  return !c.stale && !(figure === "delete" && c.blindDelete);
}

/** The kinds of peers that ours are compared with, call by call. */
export const PEERS: Record<
  string,
  (contender: Contender, figure: string) => boolean
> = {
  "the best peer with an exact clock": isExact,
  "the best of these that sweeps": (c, figure) =>
    isExact(c, figure) && sweepsIn(c, "calls"),
  "the best peer with a stale clock or none": (c, figure) =>
    !isExact(c, figure),
};

/** What a contender leaves undone, by its mark. */
const MARKS: Record<
  string,
  [text: string, has: (c: Contender, workload: Workload) => unknown]
> = {
  "†": ["caches the clock, and may return an expired entry", (c) => c.stale],
  "‡": [
    "does not sweep, as measured here",
    (c, workload) => !sweepsIn(c, workload),
  ],
  "§": ["reads no clock in `delete`", (c) => c.blindDelete],
};

/** The marks of a contender in a workload. */
export function marksOf(c: Contender, workload: Workload): string {
  return c.kind !== "peer" ? "" : Object.entries(MARKS)
    .filter(([, [, has]]) => has(c, workload)).map(([mark]) => mark).join("");
}

/** What the marks in a text mean. */
export function legendOf(text: string): string {
  return Object.entries(MARKS).filter(([mark]) => text.includes(mark))
    .map(([mark, [means]]) => `${mark} ${means}`).join("; ");
}

/** Three significant digits or so, with thousands separated. */
export function format(number: number | undefined): string {
  if (number === undefined || !Number.isFinite(number)) return "—";
  const size = Math.abs(number);
  if (size >= 100) return Math.round(number).toLocaleString("en-US");
  if (size < 0.005) return "0";
  return number.toFixed(size >= 10 ? 1 : 2);
}
