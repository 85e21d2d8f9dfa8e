/** Steady churn: as many entries are set as expire, all the time. */
import { loadContender } from "../contenders/_load.ts";
import type { Contender } from "../contenders/contenders.ts";
import { processTime } from "./cpu.ts";
import { readKeys, readMissing, readValues } from "./data.ts";
import type { Figures, Job } from "./job.ts";
import { collectGarbage } from "./memory_use.ts";
import { sleep } from "./timers.ts";

/** How many entries expire, and are set, in a ms. */
const RATE = 5;
/** How long, in ms, it goes on before it counts, and while it counts. */
const SETTLING = 2000;
const MEASURED = 5000;
const PAUSE = 10;

/** The workload: the share of one core, in percent, and the longest turn of the event loop in ms. */
export async function run(
  { data, size, quick }: Job,
  contender: Contender,
): Promise<Figures> {
  const module = await loadContender(contender);
  const keys = readKeys(data, size);
  const fresh = readMissing(data, size);
  const values = readValues(data, size, contender.strings);
  const life = size / RATE;
  const store = module.makeStore!({ size: size * 2, ttl: life, sweeps: true });
  const soon = Date.now() + size / 500;
  for (let i = 0; i < size; i++) {
    store.setFor!(keys[i], values[i], soon + (i + 1) / RATE - Date.now());
  }
  collectGarbage();
  // The first is due only now: nothing has piled up while the store was filled.
  await sleep(Math.max(soon - Date.now(), 0));

  const start = performance.now();
  let set = 0;
  const goOn = async (until: number): Promise<number> => {
    let block = 0;
    let last = performance.now();
    while (last < until) {
      await sleep(PAUSE);
      const now = performance.now();
      block = Math.max(block, now - last - PAUSE);
      last = now;
      const due = Math.min((now - start) * RATE, fresh.length);
      for (; set < due; set++) store.setFor!(fresh[set], values[set], life);
    }
    return block;
  };
  await goOn(start + SETTLING);
  const cpu = processTime();
  const from = performance.now();
  const block = await goOn(from + (quick ? 2000 : MEASURED));
  const share = (processTime() - cpu) / (performance.now() - from);
  store.stop?.();
  return { share: [share * 100], block: [block] };
}
