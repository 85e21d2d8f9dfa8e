/** How often a full store has what is asked for, by its policy of eviction. */
import { ExpiringStore } from "../../mod.ts";
import { threadTime } from "./cpu.ts";
import { readKeys } from "./data.ts";
import type { Figures, Job } from "./job.ts";
import { makeRandom, makeZipf } from "./random.ts";

const POLICIES = ["sieve", "lru"] as "lru"[];
const REQUESTS = 1_000_000;
/** The share of the keys that has room. */
const ROOM = 0.1;
/** A scan asks for so many keys in a row, after so many other requests. */
const SCAN = 10_000;
const BETWEEN = 20_000;
/** After so many requests the favourites have moved on by this many places. */
const DRIFT = 2_000;
const MOVE = 20;
/** The share of requests for what is never asked for again. */
const ONCE = 0.25;

/** The requests of each trace, as places in the list of keys. */
function* traces(size: number, count: number): Generator<[string, Int32Array]> {
  const random = makeRandom(11);
  const zipf = makeZipf(size, 0.9, random);
  yield ["Zipf 0.9", Int32Array.from({ length: count }, zipf)];
  let scanned = 0;
  yield [
    "Zipf 0.9 with scans",
    Int32Array.from(
      { length: count },
      (_, i) => i % (BETWEEN + SCAN) < BETWEEN ? zipf() : scanned++ % size,
    ),
  ];
  // As web caches see it: many objects once, and favourites that change.
  const flat = makeZipf(size, 0.8, random);
  let once = size;
  yield [
    "Zipf 0.8, favourites that move, a quarter asked for once",
    Int32Array.from(
      { length: count },
      (_, i) =>
        random() < ONCE
          ? once++
          : (flat() + Math.floor(i / DRIFT) * MOVE) % size,
    ),
  ];
}

/** A full store, if there is such a policy. */
function makeStore(eviction: "lru", maxEntries: number) {
  try {
    const options = { ttl: 3_600_000, maxEntries, eviction };
    return new ExpiringStore<string, number>(options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

/** The workload: hits in percent and ns of CPU a request. */
export function run({ data, size, quick }: Job): Promise<Figures> {
  const keys = readKeys(data, size);
  const figures: Figures = {};
  for (const [name, trace] of traces(size, quick ? REQUESTS / 5 : REQUESTS)) {
    const asked = Array.from(trace, (i) => keys[i] ?? `once:${i}`);
    // The first time is for warming up.
    for (const policy of [...POLICIES, ...POLICIES]) {
      const store = makeStore(policy, size * ROOM);
      if (store === undefined) continue;
      let hits = 0;
      const start = threadTime();
      for (let i = 0; i < asked.length; i++) {
        if (store.get(asked[i]) !== undefined) hits++;
        else store.set(asked[i], i);
      }
      const ns = (threadTime() - start) * 1e6 / asked.length;
      figures[`${name}: ${policy}, % hits`] = [hits / asked.length * 100];
      figures[`${name}: ${policy}, ns a request`] = [ns];
      store.shutdown();
    }
  }
  return Promise.resolve(figures);
}
