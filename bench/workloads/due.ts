/** All entries due in the same second: what the event loop sees of it. */
import { loadContender } from "../contenders/_load.ts";
import type { Store } from "../contenders/contender.ts";
import type { Contender } from "../contenders/contenders.ts";
import { processTime } from "./cpu.ts";
import { readKeys, readValues } from "./data.ts";
import type { Figures, Job } from "./job.ts";
import { collectGarbage, usedBytes } from "./memory_use.ts";
import { sleep, watchTimers } from "./timers.ts";

/** All deadlines lie within this many ms. */
const SPREAD = 1000;
/** How long, in ms, the ticks are watched before there is a store, and before anything is due, to compare. */
const CALM = 500;
/** A sweeper that has not run for so many ms has come to rest. */
const REST = 1500;
/** Longer than this, in ms, is not waited for. */
const PATIENCE = 30_000;
/** A calm with a block of so many ms was none. */
const NO_CALM = 1000;

/** What was seen of some turns of the event loop, a ms apart. */
interface Ticks {
  count: number;
  /** How late they were at worst, in ms. */
  block: number;
  /** The CPU that went by, in ms. */
  cpu: number;
}

/** Ticks until it is over; counts no further than to the last tick that `isBusy`. */
async function tickUntil(
  isOver: () => boolean,
  isBusy: () => boolean = () => true,
): Promise<Ticks> {
  const cpu = processTime();
  const seen: Ticks = { count: 0, block: 0, cpu: 0 };
  let last = performance.now();
  for (let count = 1;; count++) {
    await sleep(1);
    const now = performance.now();
    seen.block = Math.max(seen.block, now - last - 1);
    last = now;
    if (isBusy()) {
      seen.count = count;
      seen.cpu = processTime() - cpu;
    }
    if (isOver()) return seen;
  }
}

function ticksFor(time: number): Promise<Ticks> {
  const end = performance.now() + time;
  return tickUntil(() => performance.now() > end);
}

/** Fills a store with what comes due from `start` on; whether that was done in time. */
function fill(
  store: Store,
  keys: string[],
  values: { length: number }[],
  start: number,
): boolean {
  for (let i = 0; i < keys.length; i++) {
    const deadline = start + (i * 7919) % SPREAD;
    const ttl = deadline - Date.now();
    if (ttl < 1) return false;
    store.setFor!(keys[i], values[i], ttl);
  }
  return Date.now() < start - 2 * CALM;
}

/** The workload. */
export async function run(
  { data, size }: Job,
  contender: Contender,
): Promise<Figures> {
  // A million timers that are watched would be slower ones.
  const timers = contender.timerPerEntry ? undefined : watchTimers();
  const module = await loadContender(contender);
  const keys = readKeys(data, size);
  const values = readValues(data, size, contender.strings);
  const make = () => module.makeStore!({ size, ttl: 3_600_000, sweeps: true });
  const first = make();
  first.set(keys[0], values[0]);
  first.delete(keys[0]);
  first.stop?.();
  const before = await usedBytes();
  await ticksFor(CALM / 2);
  const ticking = await ticksFor(CALM);

  const lead = size > 200_000 ? 6000 : 2000;
  let store = make();
  let start = Date.now() + lead;
  for (let i = 2; !fill(store, keys, values, start); i++) {
    store.stop?.();
    store = make();
    start = Date.now() + lead * i;
  }

  // The garbage of the fill is not the sweep's.
  collectGarbage();
  // Nothing is due yet: nothing should wake up.
  const fired = timers?.fired ?? 0;
  const idleStart = Date.now();
  await sleep(start - 2 * CALM - Date.now());
  const wakeUps = timers && (timers.fired - fired) /
      ((Date.now() - idleStart) / 1000);

  const calm = await tickUntil(() => Date.now() >= start - CALM);
  if (calm.block > NO_CALM) {
    const seconds = (calm.block / 1000).toFixed(1);
    throw new Error(`Its timers blocked for ${seconds} s before any was due`);
  }
  // A limit expires nothing: it shows what the engine does by itself.
  const isLimit = contender.kind === "limit";
  const isEmpty = () => {
    if (Date.now() < start + SPREAD) return false;
    if (isLimit) return Date.now() > start + SPREAD + REST;
    if (store.held) return store.held() === 0;
    return performance.now() - timers!.lastEnd > REST &&
      Date.now() > start + SPREAD + REST;
  };
  let lastEnd = -1;
  const isBusy = () => {
    if (store.held) return true;
    const before = lastEnd;
    lastEnd = timers!.lastEnd;
    return lastEnd !== before;
  };
  let gaveUp = false;
  const rush = await tickUntil(
    () => isEmpty() || (gaveUp = Date.now() > start + PATIENCE),
    isBusy,
  );
  const end = store.held
    ? Date.now()
    : performance.timeOrigin + timers!.lastEnd;
  if (isLimit) return { block: [rush.block], "block before": [calm.block] };
  const after = await usedBytes();
  if (store.get(keys[0]) != null) throw new Error("Something did not expire");
  store.stop?.();
  const left = (after - before) / values.length;
  return {
    block: [rush.block],
    "block before": [calm.block],
    cpu: [rush.cpu - ticking.cpu / ticking.count * rush.count],
    ...gaveUp ? {} : { empty: [end - start - SPREAD] },
    left: [left],
    ...wakeUps === undefined ? {} : { "wake-ups": [wakeUps] },
  };
}
