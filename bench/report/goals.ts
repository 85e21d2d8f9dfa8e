/** The goals that the store is built to, and the figures. */
import type { RuntimeName } from "../runner/options.ts";
import type { Results } from "../runner/results.ts";
import type { Workload } from "../workloads/job.ts";
import { bestPeer, find, isExact, largest, type Place, ratio } from "./find.ts";

/** A goal: a figure that is to be no more than a limit, on every runtime. */
export interface Goal {
  text: string;
  limit: number;
  figure(results: Results, runtime: RuntimeName): number | undefined;
}

const SIZE = 100_000;
const STORE = "expiring-store";
const STORAGE = "in-memory-storage";
const TRACES = ["Zipf 0.9", "Zipf 0.9 with scans", "a web cache"];

/** A figure of the store beside another: as a multiple of it, or else less it. */
function store(
  text: string,
  limit: number,
  workload: Workload,
  figure: string,
  other: (results: Results, place: Place) => number | undefined,
  beside = ratio,
): Goal {
  return {
    text,
    limit,
    figure: (results, runtime) => {
      const place = largest(results, runtime, workload);
      if (workload === "calls") place.size = SIZE;
      return beside(find(results, place, STORE, figure), other(results, place));
    },
  };
}

function toPeer(figure: string, limit: number): Goal {
  const whose = figure === "delete" ? "a clock in it" : "an exact clock";
  const text = `${figure}, to the best peer with ${whose}`;
  return store(
    text,
    limit,
    "calls",
    figure,
    (results, place) => bestPeer(results, place, figure, isExact)?.figure,
  );
}

function toMap(figure: string, limit: number): Goal {
  return store(
    `${figure}, to \`Map\` + clock`,
    limit,
    "calls",
    figure,
    (results, place) => find(results, place, "map-clock", figure),
  );
}

const less: typeof ratio = (of, to) =>
  of === undefined || to === undefined ? undefined : of - to;

/** One figure of a workload of ours to another of the same, or by itself in thousands. */
function within(workload: Workload) {
  return (text: string, limit: number, figure: string, to?: string): Goal => ({
    text,
    limit,
    figure: (results, runtime) => {
      const place = largest(results, runtime, workload);
      const other = to === undefined ? 1000 : find(results, place, STORAGE, to);
      return ratio(find(results, place, STORAGE, figure), other);
    },
  });
}
const storage = within("storage");
const hits = within("hits");
const state = within("state");
const file = within("file");

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
  store(
    "memory over a `Map`, bytes an entry",
    25,
    "memory",
    "bytes",
    (results, place) => find(results, place, "map", "bytes"),
    less,
  ),
  store(
    "all due in a second: longest block over an idle `Map`'s, ms",
    10,
    "due",
    "block",
    (results, place) => find(results, place, "map", "block"),
    less,
  ),
  store(
    "all due in a second: CPU, to the best peer",
    1,
    "due",
    "cpu",
    (results, place) => bestPeer(results, place, "cpu")?.figure,
  ),
  store("left after expiry, bytes an entry", 1, "due", "left", () => 1),
  store("idle: wake-ups a second", 0, "due", "wake-ups", () => 1),
  ...[
    ["`get`", "store: `get`", 1.2] as const,
    ["`setex`, new", "store: `set`, new", 1.2] as const,
    ["`setex`, over", "store: `set`, over", 1.2] as const,
    ["`incr`", "store: `set`, over", 1.6] as const,
    ["`expire`", "store: `touch`", 1.6] as const,
    ["`del`", "store: `delete`", 1.6] as const,
  ].map(([figure, to, limit]) =>
    storage(`\`InMemoryStorage\` ${figure}, to the ${to}`, limit, figure, to)
  ),
  storage(
    "`append` of 200 bytes to 4 MB, to the same to 1 kB",
    2,
    "`append` of 200 bytes to 4 MB",
    "`append` of 200 bytes to 1 kB",
  ),
  ...TRACES.flatMap((trace) => [
    hits(
      `hits of LRU, to SIEVE's: ${trace}`,
      1,
      `${trace}: lru, % hits`,
      `${trace}: sieve, % hits`,
    ),
    hits(
      `CPU of SIEVE, to LRU's: ${trace}`,
      1,
      `${trace}: sieve, ns a request`,
      `${trace}: lru, ns a request`,
    ),
  ]),
  ...["memory", "file"].map((where) =>
    state(
      `a turn to a thread of 10,000, to one of 10, ${where}`,
      1.5,
      `\`append\` at 10,000 turns, ${where}`,
      `\`append\` at 10 turns, ${where}`,
    )
  ),
  state(
    "a turn to a thread, to a `setex` of it, memory",
    5,
    "`append` at 10 turns, memory",
    "`setex` of a turn, memory",
  ),
  state("`handles.mint` in memory, µs", 25, "`handles.mint`, memory"),
  state("`handles.read` in memory, µs", 25, "`handles.read`, memory"),
  file("file: `setex`, to a raw upsert", 1.1, "`setex`", "raw upsert"),
  file("file: `get`, to a raw select", 1.25, "`get`", "raw select"),
  file("file: `incr`, to a raw upsert", 1.4, "`incr`", "raw upsert"),
  file(
    "file: `setex` in a `batch` of 100, to one by one",
    0.5,
    "`setex`, 100 in a `batch`",
    "`setex`",
  ),
  file(
    "file: `append` to 1 MB, to the same to 10 kB",
    2.5,
    "`append` of 200 bytes to 1 MB",
    "`append` of 200 bytes to 10 kB",
  ),
  ...[
    ["a read", "`ioredis`", 0.33] as const,
    ["a refresh", "`ioredis`", 0.83] as const,
    ["a refresh", "`@keyv/sqlite`", 0.04] as const,
  ].map(([call, peer, limit]) =>
    file(
      `file: ${call}, to that of ${peer}`,
      limit,
      `${call}, \`SqliteStorage\``,
      `${call}, ${peer}`,
    )
  ),
  file(
    "file, 8 writers: most to least served",
    2,
    "8 writers, our waits: most to least served",
  ),
  ...[["longest wait", 0.5] as const, ["a write", 1.43] as const].map((
    [what, limit],
  ) =>
    file(
      `file, 8 writers: ${what}, to SQLite's own`,
      limit,
      `8 writers, our waits: ${what}`,
      `8 writers, SQLite's own waits: ${what}`,
    )
  ),
  {
    text: "`ExpiringStore` alone, minified and gzipped, kB",
    limit: 7,
    figure: (results) => {
      const size = results.sizes["`ExpiringStore` alone"];
      return size && size.gzipped / 1000;
    },
  },
];
