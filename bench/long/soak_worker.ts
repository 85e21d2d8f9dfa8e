/**
 * One process of the soak: loads all stores at random for so many minutes,
 * watches its memory, lets everything expire in the end and looks what is left.
 */
import process from "node:process";
import { makeRandom } from "../workloads/random.ts";
import { usedBytes } from "../workloads/memory_use.ts";
import { sleep } from "../workloads/timers.ts";
import { type Soaked, SoakedStorage, SoakedStore } from "./soaked_stores.ts";
import { median } from "../runner/results.ts";

/** Load and rest take turns, in ms, so that the event loop and the sweepers have theirs. */
const LOAD = 4;
const PAUSE = 2;
/** All that lives at the end has expired after so many ms. */
const LIFE = 10_000;
/** How often memory is looked at, at most, and how long, in ms, the load goes on between. */
const SAMPLES = 40;
const STEP = 1500;
/** Memory may grow by this share and this many bytes between the second quarter and the last. */
const SHARE = 0.05;
const SLACK = 3e6;
/** What may be left in the end, in bytes: code, counters, the samples. */
const LEFT = 5e6;

const random = makeRandom(Date.now());
const STORES: Soaked[] = [
  new SoakedStore("unbounded", {}),
  new SoakedStore("lru", { maxEntries: 5000, eviction: "lru" }),
  new SoakedStore("soonest", { maxEntries: 5000, eviction: "soonest" }),
  new SoakedStore("weighed", {
    maxWeight: 100_000,
    weigh: ({ turns }) => 10 + turns.length,
  }),
  new SoakedStorage(),
];

async function load(until: number): Promise<number> {
  let calls = 0;
  while (Date.now() < until) {
    const end = performance.now() + LOAD;
    do {
      for (const store of STORES) {
        for (let i = 0; i < 50; i++) store.act(random);
      }
      calls += STORES.length * 50;
    } while (performance.now() < end);
    await sleep(PAUSE);
  }
  return calls;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

async function soak(minutes: number): Promise<string[]> {
  const problems: string[] = [];
  const start = Date.now();
  const end = start + minutes * 60_000;
  // As empty as it will be in the end, but warm.
  await load(start + Math.min(2000, (end - start) / 4));
  await sleep(LIFE);
  const empty = await usedBytes();
  const rss = process.memoryUsage.rss();

  const samples: number[] = [];
  const step = Math.max((end - Date.now()) / SAMPLES, STEP);
  const aQuarter = Math.max(Math.floor((end - Date.now()) / step / 4), 1);
  let calls = 0;
  while (samples.length < 4 * aQuarter) {
    calls += await load(Date.now() + step);
    samples.push(await usedBytes());
    if (samples.length % aQuarter !== 0) continue;
    const sizes = STORES.map((store) => `${store.name} ${store.size()}`);
    console.log(`${mb(samples.at(-1)!)}, entries: ${sizes.join(", ")}`);
  }
  const early = median(samples.slice(aQuarter, 2 * aQuarter));
  const late = median(samples.slice(-aQuarter));
  if (late > early * (1 + SHARE) + SLACK) {
    problems.push(`memory grew from ${mb(early)} to ${mb(late)}`);
  }

  await sleep(LIFE);
  const left = await usedBytes() - empty;
  if (left > LEFT) problems.push(`${mb(left)} are left of what has expired`);
  for (const store of STORES) {
    if (store.size() > 0) problems.push(`${store.name} is not empty`);
    console.log(`${store.name}: ${store.summary()}`);
    store.stop();
  }
  console.log(
    `${(calls / 1e6).toFixed(1)} million calls; memory in use ${
      mb(empty)
    } when empty, ${mb(early)} in the second quarter, ${
      mb(late)
    } in the last, ${mb(left)} left after expiry; process ${
      mb(rss)
    } at first, ${mb(process.memoryUsage.rss())} at last`,
  );
  return problems;
}

const problems = await soak(Number(process.argv[2]));
for (const problem of problems) console.log(`Failed: ${problem}`);
process.exit(problems.length > 0 ? 1 : 0);
