/** The memory that a store takes for its entries, beside the keys and values themselves. */
import process from "node:process";
import { loadContender } from "../contenders/_load.ts";
import type { ContenderModule } from "../contenders/contender.ts";
import type { Contender } from "../contenders/contenders.ts";
import { readKeys, readValues } from "./data.ts";
import type { Figures, Job } from "./job.ts";
import { usedBytes } from "./memory_use.ts";

const TTL = 3_600_000;

/** The workload: bytes an entry, of the heap and the buffers, and of the whole process. */
export async function run(
  { data, size }: Job,
  contender: Contender,
): Promise<Figures> {
  const module = await loadContender(contender);
  const keys = readKeys(data, size);
  const values = readValues(data, size, contender.strings);
  // Code that is compiled and tables that are made once are no entry's.
  await fill(module, keys.slice(0, 1000), values);
  const before = await usedBytes();
  const rssBefore = process.memoryUsage.rss();
  const store = await fill(module, keys, values);
  const after = await usedBytes();
  const rss = process.memoryUsage.rss();
  if (await store.get(keys[0]) == null) throw new Error("The store is empty");
  store.stop?.();
  return {
    bytes: [(after - before) / keys.length],
    rss: [(rss - rssBefore) / values.length],
  };
}

async function fill(
  module: ContenderModule,
  keys: string[],
  values: { length: number }[],
) {
  const options = { size: keys.length, ttl: TTL, sweeps: false };
  const store = module.makeStore?.(options) ?? module.makeAsyncStore!(options);
  for (let i = 0; i < keys.length; i++) {
    const done = store.set(keys[i], values[i]);
    if (!module.makeStore) await done;
  }
  return store;
}
