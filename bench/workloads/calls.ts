/** The calls of a store one by one: how many ns of CPU each takes. */
import { loadContender } from "../contenders/_load.ts";
import type { ContenderModule, Value } from "../contenders/contender.ts";
import type { Contender } from "../contenders/contenders.ts";
import { threadTime } from "./cpu.ts";
import { readKeys, readMissing, readValues } from "./data.ts";
import type { Figures, Job } from "./job.ts";
import { collectGarbage } from "./memory_use.ts";
import { makeRandom, makeZipf, pickShuffled } from "./random.ts";

/**
 * What is measured, and what it does with each of its keys. `await` is left out
 * for stores that answer at once. All that is read is added up, lest the reading
 * be optimized away.
 */
const BODIES = {
  "set new": "await store.set(keys[i], values[i])",
  "get hit": "sum += (await store.get(keys[i])).length",
  "get miss": "if (await store.get(keys[i]) != null) sum++",
  "refresh": "await store.set(keys[i], values[i])",
  "touch": "if (await store.touch(keys[i])) sum++",
  "mixed":
    "if (reads[i]) sum += (await store.get(keys[i])).length; else await store.set(keys[i], values[i])",
  "delete": "if (await store.delete(keys[i])) sum++",
};
type Call = keyof typeof BODIES;

/** The names of what is measured. */
export const CALLS = Object.keys(BODIES) as Call[];

const TTL = 3_600_000;
/** How many calls are measured, at most; `set new` fills the store whatever its size. */
const MAX_CALLS = 50_000;
/** How long one measurement may take, in ms: with some stores it would be seconds. */
const MAX_TIME = 100;
/** How many calls are made between two looks at the time. */
const STRIDE = 2048;
const ZIPF = 0.9;
/** A prime, so that its multiples come by all keys. */
const STEP = 7919;
const READS = 0.8;
/** How often a store of how many entries is filled and emptied beforehand. */
const WARM_UPS = 4;
const WARM_UP = 50_000;
/** No fill is begun after this, in ms: slow stores are warm by then. */
const WARM_UP_TIME = 500;
/** Stores up to this size are measured so often in a process. */
const SMALL = 100_000;
const REPEATS = 3;

/** Of a store, its keys and values, what is a read, and from where to where. */
type Loop = (...args: unknown[]) => number | Promise<number>;

/** A function for each measurement, so that each is compiled for itself. */
function makeLoops(isAsync: boolean): [Call, Loop][] {
  const Maker = (isAsync ? async function () {} : function () {}).constructor;
  return CALLS.map((call) => {
    const body = isAsync ? BODIES[call] : BODIES[call].replaceAll("await ", "");
    const loop = `for (let i = from; i < to; i++) { ${body} }`;
    const names = ["store", "keys", "values", "reads", "from", "to"];
    return [call, Maker(...names, `let sum = 0; ${loop} return sum;`)];
  });
}

/** The keys of each measurement, each in an order of its own. */
function makeKeys(keys: string[], missing: string[]): Record<Call, string[]> {
  const random = makeRandom(7);
  const count = Math.min(MAX_CALLS, keys.length);
  const shuffled = () => pickShuffled(keys, count, random);
  const draw = makeZipf(keys.length, ZIPF, random);
  return {
    // A new key is one that has just been made.
    "set new": keys,
    "get hit": shuffled(),
    "get miss": missing.slice(0, count),
    "refresh": shuffled(),
    "touch": shuffled(),
    // What is often used is not what was set first.
    "mixed": Array.from(
      { length: count },
      () => keys[draw() * STEP % keys.length],
    ),
    "delete": shuffled(),
  };
}

let total = 0;

/** Measures all calls on new stores, `repeats` times, for about so many ms at most. */
async function measureAll(
  module: ContenderModule,
  loops: [Call, Loop][],
  keys: Record<Call, string[]>,
  values: Value[],
  repeats: number,
  patience = Infinity,
): Promise<Figures> {
  const figures: Figures = {};
  const random = makeRandom(8);
  const reads = Uint8Array.from(
    keys.mixed,
    () => Number(random() < READS),
  );
  const end = performance.now() + patience;
  const size = keys["set new"].length;
  for (let i = 0; i < repeats && performance.now() < end; i++) {
    collectGarbage();
    let start = threadTime();
    const options = { size, ttl: TTL, sweeps: false };
    const store = module.makeStore?.(options) ??
      module.makeAsyncStore!(options);
    for (const [call, loop] of loops) {
      if (call === "touch" && !store.touch) continue;
      // Room that is made beforehand is part of the price of filling it.
      if (call !== "set new") start = threadTime();
      const count = keys[call].length;
      // Half a fill would make all that follows meaningless.
      const until = call === "set new"
        ? Infinity
        : performance.now() + MAX_TIME;
      let done = 0;
      while (done < count && performance.now() < until) {
        const to = Math.min(done + STRIDE, count);
        const sum = loop(store, keys[call], values, reads, done, to);
        total += typeof sum === "number" ? sum : await sum;
        done = to;
      }
      (figures[call] ??= []).push((threadTime() - start) * 1e6 / done);
    }
    store.stop?.();
  }
  return figures;
}

/** The workload. */
export async function run(
  { data, size, quick }: Job,
  contender: Contender,
): Promise<Figures> {
  const module = await loadContender(contender);
  const loops = makeLoops(!module.makeStore);
  const keys = readKeys(data, size);
  const values = readValues(data, size, contender.strings);
  const missing = readMissing(data, size);
  // Compiled and settled, before it counts: the first two fills are slower.
  const few = makeKeys(keys.slice(0, WARM_UP), missing);
  await measureAll(module, loops, few, values, WARM_UPS, WARM_UP_TIME);
  const repeats = size <= SMALL && !quick ? REPEATS : 1;
  const all = makeKeys(keys, missing);
  const figures = await measureAll(module, loops, all, values, repeats);
  if (Number.isNaN(total)) throw new Error("What was read is not a number");
  return figures;
}
