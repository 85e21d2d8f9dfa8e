/** Commands of the storage, and the store's own calls beside them: ns of CPU each. */
import { ExpiringStore, InMemoryStorage } from "../../mod.ts";
import { threadTime } from "./cpu.ts";
import { readKeys } from "./data.ts";
import type { Figures, Job } from "./job.ts";
import { collectGarbage } from "./memory_use.ts";
import { makeRandom, pickShuffled } from "./random.ts";

const TTL = 3_600_000;
const SECONDS = TTL / 1000;
const CALLS = 50_000;
/** How many keys one MGET names. */
const MANY = 10;
const TURN = "x".repeat(200);
const APPENDS = 100;
/** The first is to warm up. */
const ROUNDS = 7;

let total = 0;

/** The workload: each round on new stores. */
export function run({ data, size, quick }: Job): Promise<Figures> {
  const keys = readKeys(data, size);
  const random = makeRandom(9);
  const figures: Figures = {};
  for (let round = 0; round < (quick ? 2 : ROUNDS); round++) {
    const storage = new InMemoryStorage({ timeoutHours: 3 });
    const store = new ExpiringStore<string, string>();
    const measure = (
      name: string,
      call: (key: string) => unknown,
      those = pickShuffled(keys, CALLS, random),
    ) => {
      collectGarbage();
      const start = threadTime();
      for (let i = 0; i < those.length; i++) if (call(those[i])) total++;
      const ns = (threadTime() - start) * 1e6 / those.length;
      if (round > 0) (figures[name] ??= []).push(ns);
    };
    // What comes second finds the keys in the cache: they take turns.
    type Measured = Parameters<typeof measure>;
    const beside = (stores: Measured, ours: Measured) => {
      for (const one of round % 2 ? [ours, stores] : [stores, ours]) {
        measure(...one);
      }
    };
    beside(
      ["store: `set`, new", (key) => store.set(key, "1", TTL), keys],
      ["`setex`, new", (key) => storage.setex(key, SECONDS, "1"), keys],
    );
    beside(
      ["store: `get`", (key) => store.get(key)!.length],
      ["`get`", (key) => storage.get(key)!.length],
    );
    beside(
      ["store: `set`, over", (key) => store.set(key, "2", TTL)],
      ["`setex`, over", (key) => storage.setex(key, SECONDS, "2")],
    );
    measure("`incr`", (key) => storage.incr(key));
    beside(
      ["store: `touch`", (key) => store.touch(key, TTL)],
      ["`expire`", (key) => storage.expire(key, SECONDS)],
    );
    measure("`pttl`", (key) => storage.pttl(key));
    measure("`exists`", (key) => storage.exists(key));
    const batches = pickShuffled(keys, CALLS, random);
    let at = 0;
    measure(
      `\`mget\` of ${MANY}`,
      () => storage.mget(...batches.slice(at, at += MANY)),
      batches.slice(0, CALLS / MANY),
    );
    const gone = pickShuffled(keys, CALLS, random);
    beside(
      ["store: `delete`", (key) => store.delete(key)],
      ["`del`", (key) => storage.del(key), gone],
    );
    const left = new Set(gone);
    const others = keys.filter((key) => !left.has(key));
    measure("`getdel`", (key) => storage.getdel(key), others);
    for (const [name, length] of [["1 kB", 1000], ["4 MB", 4e6]] as const) {
      storage.set(name, "x".repeat(length));
      // Appended text waits until there are some kB of it: then the text becomes bytes, once.
      for (let i = 0; i < 50; i++) storage.append(name, TURN);
      measure(
        `\`append\` of 200 bytes to ${name}`,
        () => storage.append(name, TURN),
        keys.slice(0, APPENDS),
      );
    }
    storage.shutdown();
    store.shutdown();
  }
  if (Number.isNaN(total)) throw new Error("What was read is not a number");
  return Promise.resolve(figures);
}
