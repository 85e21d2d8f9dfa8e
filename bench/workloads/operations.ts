/** The calls of a store one by one: how many ns each takes. */
import process from "node:process";
import type {
  ContenderModule,
  Found,
  Store,
  Value,
} from "../contenders/contender.ts";
import { readKeys, readMissing, readValues } from "./data.ts";
import type { Figures, Job } from "./job.ts";
import { collectGarbage } from "./memory_use.ts";
import { makeRandom, makeZipf, pickShuffled } from "./random.ts";

/** What is measured. */
export const OPERATIONS = [
  "set new",
  "get hit",
  "get miss",
  "refresh",
  "touch",
  "mixed",
  "delete",
] as const;

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
/** Stores up to this size are measured several times in a process. */
const SMALL = 100_000;

type AnyStore = Store | Store<Promise<unknown>, Promise<Found>>;

/** The arguments of the calls. */
interface Calls {
  keys: string[];
  values: Value[];
  /** Keys that are in the store, each once, in random order. */
  random: string[];
  missing: string[];
  /** Keys by Zipf's law. */
  zipf: string[];
  /** For each of them whether it is read or written. */
  reads: Uint8Array;
}

function makeCalls(
  keys: string[],
  values: Value[],
  missing: string[],
): Calls {
  const random = makeRandom(7);
  const count = Math.min(MAX_CALLS, keys.length);
  const draw = makeZipf(keys.length, ZIPF, random);
  return {
    keys,
    values,
    random: pickShuffled(keys, count, random),
    missing: missing.slice(0, count),
    // What is often used is not what was set first.
    zipf: Array.from(
      { length: count },
      () => keys[draw() * STEP % keys.length],
    ),
    reads: Uint8Array.from({ length: count }, () => Number(random() < READS)),
  };
}

// One function a measurement, so that each is compiled for itself. They answer a
// number that depends on all that was read, lest the reading be optimized away.

function setAll(store: Store, c: Calls, from: number, to: number): number {
  for (let i = from; i < to; i++) store.set(c.keys[i], c.values[i]);
  return 0;
}
function getHits(store: Store, c: Calls, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += store.get(c.random[i])!.length;
  return sum;
}
function getMisses(store: Store, c: Calls, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) if (store.get(c.missing[i]) != null) sum++;
  return sum;
}
function refresh(store: Store, c: Calls, from: number, to: number): number {
  for (let i = from; i < to; i++) store.set(c.random[i], c.values[i]);
  return 0;
}
function touch(store: Store, c: Calls, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) if (store.touch!(c.random[i])) sum++;
  return sum;
}
function mix(store: Store, c: Calls, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    if (c.reads[i]) sum += store.get(c.zipf[i])!.length;
    else store.set(c.zipf[i], c.values[i]);
  }
  return sum;
}
function deleteAll(store: Store, c: Calls, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) if (store.delete(c.random[i])) sum++;
  return sum;
}

type AsyncStore = Store<Promise<unknown>, Promise<Found>>;

async function setAllAsync(
  store: AsyncStore,
  c: Calls,
  from: number,
  to: number,
): Promise<number> {
  for (let i = from; i < to; i++) await store.set(c.keys[i], c.values[i]);
  return 0;
}
async function getHitsAsync(
  store: AsyncStore,
  c: Calls,
  from: number,
  to: number,
): Promise<number> {
  let sum = 0;
  for (let i = from; i < to; i++) sum += (await store.get(c.random[i]))!.length;
  return sum;
}
async function getMissesAsync(
  store: AsyncStore,
  c: Calls,
  from: number,
  to: number,
): Promise<number> {
  let sum = 0;
  for (let i = from; i < to; i++) {
    if (await store.get(c.missing[i]) != null) sum++;
  }
  return sum;
}
async function refreshAsync(
  store: AsyncStore,
  c: Calls,
  from: number,
  to: number,
): Promise<number> {
  for (let i = from; i < to; i++) await store.set(c.random[i], c.values[i]);
  return 0;
}
async function mixAsync(
  store: AsyncStore,
  c: Calls,
  from: number,
  to: number,
): Promise<number> {
  let sum = 0;
  for (let i = from; i < to; i++) {
    if (c.reads[i]) sum += (await store.get(c.zipf[i]))!.length;
    else await store.set(c.zipf[i], c.values[i]);
  }
  return sum;
}
async function deleteAllAsync(
  store: AsyncStore,
  c: Calls,
  from: number,
  to: number,
): Promise<number> {
  let sum = 0;
  for (let i = from; i < to; i++) if (await store.delete(c.random[i])) sum++;
  return sum;
}

interface Operation {
  name: typeof OPERATIONS[number];
  count(calls: Calls): number;
  run: (store: Store, c: Calls, from: number, to: number) => number;
  runAsync?: (
    store: AsyncStore,
    c: Calls,
    from: number,
    to: number,
  ) => Promise<number>;
}

const someKeys = (calls: Calls) => calls.random.length;
const OPERATION_LIST: Operation[] = [
  {
    name: "set new",
    count: (calls) => calls.keys.length,
    run: setAll,
    runAsync: setAllAsync,
  },
  { name: "get hit", count: someKeys, run: getHits, runAsync: getHitsAsync },
  {
    name: "get miss",
    count: (calls) => calls.missing.length,
    run: getMisses,
    runAsync: getMissesAsync,
  },
  { name: "refresh", count: someKeys, run: refresh, runAsync: refreshAsync },
  { name: "touch", count: someKeys, run: touch },
  { name: "mixed", count: someKeys, run: mix, runAsync: mixAsync },
  {
    name: "delete",
    count: someKeys,
    run: deleteAll,
    runAsync: deleteAllAsync,
  },
];

let total = 0;
let clock = (): number => performance.now();

/** The ms that the process has spent, its helper threads' included. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Runs one measurement; the ns a call. */
async function measure(
  operation: Operation,
  store: AnyStore,
  isAsync: boolean,
  calls: Calls,
): Promise<number> {
  const { run, runAsync } = operation;
  const count = operation.count(calls);
  // Half a fill would make all that follows meaningless.
  const most = operation.name === "set new" ? Infinity : MAX_TIME;
  const start = clock();
  let time = 0;
  let done = 0;
  while (done < count && time < most) {
    const to = Math.min(done + STRIDE, count);
    total += isAsync
      ? await runAsync!(store as AsyncStore, calls, done, to)
      : run(store as Store, calls, done, to);
    done = to;
    time = clock() - start;
  }
  return time * 1e6 / done;
}

/** Measures all operations on new stores, `repeats` times, for about so many ms at most. */
async function measureAll(
  module: ContenderModule,
  calls: Calls,
  repeats: number,
  patience = Infinity,
): Promise<Figures> {
  const figures: Figures = {};
  const end = performance.now() + patience;
  for (let i = 0; i < repeats && performance.now() < end; i++) {
    collectGarbage();
    const options = { size: calls.keys.length, ttl: TTL, sweeps: false };
    const start = clock();
    const store: AnyStore = module.makeStore?.(options) ??
      module.makeAsyncStore!(options);
    const making = (clock() - start) * 1e6 / calls.keys.length;
    const isAsync = module.makeStore === undefined;
    for (const operation of OPERATION_LIST) {
      if (operation.name === "touch" && !store.touch) continue;
      let time = await measure(operation, store, isAsync, calls);
      // Room that is made beforehand is part of the price.
      if (operation.name === "set new") time += making;
      (figures[operation.name] ??= []).push(time);
    }
    store.stop?.();
  }
  return figures;
}

/** The workload. */
export async function runOperations(
  job: Job,
  module: ContenderModule,
  strings: boolean,
): Promise<Figures> {
  const { data, size, quick } = job;
  if (job.cpuClock) clock = cpuTime;
  const keys = readKeys(data, size);
  const values = readValues(data, size, strings);
  const missing = readMissing(data, size);
  const isSmall = size <= SMALL;
  // Compiled and settled, before it counts: the first two fills are slower.
  const warmUp = Math.min(size, WARM_UP);
  await measureAll(
    module,
    makeCalls(keys.slice(0, warmUp), values, missing),
    WARM_UPS,
    WARM_UP_TIME,
  );
  const repeats = isSmall && !quick ? 2 : 1;
  const figures = await measureAll(
    module,
    makeCalls(keys, values, missing),
    repeats,
  );
  if (Number.isNaN(total)) throw new Error("What was read is not a number");
  return figures;
}
