/** The goals that the store was built to, and the figures. */
import { RUNTIMES } from "../runner/options.ts";
import type { RuntimeName } from "../runner/options.ts";
import type { Results } from "../runner/results.ts";
import { bestPeer, find, type Place, ratio, sizesOf } from "./find.ts";

/** A goal: a figure that is to be no more than a limit. */
export interface Goal {
  text: string;
  limit: Record<RuntimeName, number>;
  figure(results: Results, runtime: RuntimeName): number | undefined;
}

const SIZE = 100_000;
const STORE = "expiring-store";

function everywhere(limit: number): Record<RuntimeName, number> {
  return { node: limit, bun: limit, deno: limit };
}

function operations(runtime: RuntimeName): Place {
  return { runtime, workload: "operations", size: SIZE };
}

/** A call of ours against the same call of another. */
function call(
  figure: string,
  limit: number,
  to: string,
  toTitle: string,
): Goal {
  return {
    text: `${figure}, to ${toTitle}`,
    limit: everywhere(limit),
    figure: (results, runtime) =>
      ratio(
        find(results, operations(runtime), STORE, figure),
        find(results, operations(runtime), to, figure),
      ),
  };
}

function callToBestPeer(figure: string): Goal {
  return {
    text: `${figure}, to the best peer`,
    limit: everywhere(1),
    figure: (results, runtime) =>
      ratio(
        find(results, operations(runtime), STORE, figure),
        bestPeer(results, operations(runtime), figure)?.figure,
      ),
  };
}

function storageCall(figure: string, title: string): Goal {
  return {
    text: `\`InMemoryStorage.${title}\`, to \`ExpiringStore\`'s`,
    limit: everywhere(1.25),
    figure: (results, runtime) =>
      ratio(
        find(results, operations(runtime), "in-memory-storage", figure),
        find(results, operations(runtime), "expiring-store-strings", figure),
      ),
  };
}

function largest(
  results: Results,
  runtime: RuntimeName,
  workload: Place["workload"],
): Place {
  const size = sizesOf(results, workload).at(-1) ?? 0;
  return { runtime, workload, size };
}

function due(
  text: string,
  limit: number,
  figure: string,
): Goal {
  return {
    text,
    limit: everywhere(limit),
    figure: (results, runtime) =>
      find(results, largest(results, runtime, "due"), STORE, figure),
  };
}

/** All goals. */
export const GOALS: readonly Goal[] = [
  call("get hit", 1.2, "map-clock", "`Map` + clock"),
  call("set new", 1.6, "map-clock", "`Map` + clock"),
  call("refresh", 1.6, "map-clock", "`Map` + clock"),
  call("delete", 2.3, "map", "`Map`"),
  ...["get hit", "set new", "refresh", "delete"].map(callToBestPeer),
  storageCall("get hit", "get"),
  storageCall("set new", "setex"),
  due("all due in a second: longest block, ms", 10, "block"),
  {
    text: "all due in a second: CPU, to the best peer",
    limit: everywhere(1),
    figure: (results, runtime) => {
      const place = largest(results, runtime, "due");
      return ratio(
        find(results, place, STORE, "cpu"),
        bestPeer(results, place, "cpu")?.figure,
      );
    },
  },
  {
    text: "left after expiry, bytes an entry",
    limit: everywhere(1),
    figure: (results, runtime) => {
      // With fewer entries it would be mostly what the code itself takes.
      const place = largest(results, runtime, "due");
      if (place.size < 1_000_000) return undefined;
      return find(results, place, STORE, "left");
    },
  },
  due("idle: wake-ups a second", 0, "wake-ups"),
  {
    text: "memory over a `Map`, bytes an entry",
    limit: { node: 40, bun: 55, deno: 40 },
    figure: (results, runtime) => {
      const place = largest(results, runtime, "memory");
      const own = find(results, place, STORE, "bytes");
      const map = find(results, place, "map", "bytes");
      return own === undefined || map === undefined ? undefined : own - map;
    },
  },
  {
    text: "core, minified and gzipped, kB",
    limit: everywhere(8),
    figure: (results) => {
      const size = Object.entries(results.sizes)
        .find(([name]) => name.startsWith("`@mayfly/store`"));
      return size && size[1].gzipped / 1000;
    },
  },
];

/** The goals that a run missed, runtime by runtime. */
export function isMet(
  goal: Goal,
  runtime: RuntimeName,
  figure: number,
): boolean {
  return figure <= goal.limit[runtime];
}

/** The runtimes that a run has figures of. */
export function runtimesOf(results: Results): RuntimeName[] {
  return RUNTIMES.filter((runtime) =>
    results.results.some((result) => result.runtime === runtime)
  );
}
