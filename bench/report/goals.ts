/** The goals that the store is built to, and the figures. */
import { CONTENDERS } from "../contenders/contenders.ts";
import type { RuntimeName } from "../runner/options.ts";
import type { Results } from "../runner/results.ts";
import type { Workload } from "../workloads/job.ts";
import {
  bestPeer,
  find,
  findOverMap,
  isExact,
  largest,
  type Place,
  ratio,
} from "./find.ts";

/** A goal: a figure that is to be no more than a limit, on every runtime. */
export interface Goal {
  text: string;
  limit: number;
  figure(results: Results, runtime: RuntimeName): number | undefined;
}

const SIZE = 100_000;
const STORE = "expiring-store";
const STORAGE = "in-memory-storage";

function calls(runtime: RuntimeName): Place {
  return { runtime, workload: "calls", size: SIZE };
}

function toPeer(figure: string, limit: number): Goal {
  const whose = figure === "delete" ? " a clock in it" : " an exact clock";
  return {
    text: `${figure}, to the best peer with${whose}`,
    limit,
    figure: (results, runtime) =>
      ratio(
        find(results, calls(runtime), STORE, figure),
        bestPeer(results, calls(runtime), figure, isExact)?.figure,
      ),
  };
}

function toMap(figure: string, limit: number): Goal {
  return {
    text: `${figure}, to \`Map\` + clock`,
    limit,
    figure: (results, runtime) =>
      ratio(
        find(results, calls(runtime), STORE, figure),
        find(results, calls(runtime), "map-clock", figure),
      ),
  };
}

/** One figure of a workload of ours to another of the same. */
function within(
  text: string,
  limit: number,
  workload: Workload,
  figure: string,
  to: string,
): Goal {
  return {
    text,
    limit,
    figure: (results, runtime) => {
      const place = largest(results, runtime, workload);
      return ratio(
        find(results, place, STORAGE, figure),
        find(results, place, STORAGE, to),
      );
    },
  };
}

/** A figure of our store where all is due in a second, less what it is set beside. */
function due(
  text: string,
  limit: number,
  figure: string,
  less: (results: Results, place: Place) => number | undefined = () => 0,
): Goal {
  return {
    text,
    limit,
    figure: (results, runtime) => {
      const place = largest(results, runtime, "due");
      const own = find(results, place, STORE, figure);
      const other = less(results, place);
      return own === undefined || other === undefined ? undefined : own - other;
    },
  };
}

/** All goals. */
export const GOALS: readonly Goal[] = [
  toPeer("get hit", 0.95),
  toPeer("set new", 1),
  toPeer("refresh", 0.85),
  toPeer("delete", 1),
  toMap("get hit", 1.2),
  toMap("set new", 1.4),
  toMap("refresh", 1.3),
  toMap("delete", 1.6),
  {
    text: "memory over a `Map`, bytes an entry",
    limit: 25,
    figure: (results, runtime) => {
      const store = CONTENDERS.find(({ id }) => id === STORE)!;
      return findOverMap(results, largest(results, runtime, "memory"), store);
    },
  },
  due(
    "all due in a second: longest block over an idle `Map`'s, ms",
    10,
    "block",
    (results, place) => find(results, place, "map", "block"),
  ),
  {
    text: "all due in a second: CPU, to the best peer",
    limit: 1,
    figure: (results, runtime) => {
      const place = largest(results, runtime, "due");
      return ratio(
        find(results, place, STORE, "cpu"),
        bestPeer(results, place, "cpu")?.figure,
      );
    },
  },
  due("left after expiry, bytes an entry", 1, "left"),
  due("idle: wake-ups a second", 0, "wake-ups"),
  ...[
    ["`get`", "store: `get`", 1.2],
    ["`setex`, new", "store: `set`, new", 1.2],
    ["`setex`, over", "store: `set`, over", 1.2],
    ["`incr`", "store: `set`, over", 1.6],
    ["`expire`", "store: `touch`", 1.6],
    ["`del`", "store: `delete`", 1.6],
  ].map(([figure, to, limit]) =>
    within(
      `\`InMemoryStorage\` ${figure}, to the ${to}`,
      limit as number,
      "storage",
      figure as string,
      to as string,
    )
  ),
  within(
    "`append` of 200 bytes to 4 MB, to the same to 1 kB",
    2,
    "storage",
    "`append` of 200 bytes to 4 MB",
    "`append` of 200 bytes to 1 kB",
  ),
  ...["memory", "file"].map((where) =>
    within(
      `a turn to a thread of 10,000, to one of 10, ${where}`,
      1.5,
      "state",
      `\`append\` at 10,000 turns, ${where}`,
      `\`append\` at 10 turns, ${where}`,
    )
  ),
  within(
    "a turn to a thread, to a `setex` of it, memory",
    5,
    "state",
    "`append` at 10 turns, memory",
    "`setex` of a turn, memory",
  ),
  ...["mint", "read"].map((call): Goal => ({
    text: `\`handles.${call}\` in memory, µs`,
    limit: 25,
    figure: (results, runtime) => {
      const place = largest(results, runtime, "state");
      const figure = `\`handles.${call}\`, memory`;
      return ratio(find(results, place, STORAGE, figure), 1000);
    },
  })),
  {
    text: "`ExpiringStore` alone, minified and gzipped, kB",
    limit: 7,
    figure: (results) => {
      const size = results.sizes["`ExpiringStore` alone"];
      return size && size.gzipped / 1000;
    },
  },
];
