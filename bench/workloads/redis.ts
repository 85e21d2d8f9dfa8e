/** The storage beside a Redis server on loopback: how many ns a call takes. */
import process from "node:process";
import { Redis } from "ioredis";
import { InMemoryStorage } from "../../mod.ts";
import { readKeys } from "./data.ts";
import type { Figures, Job } from "./job.ts";

const KEYS = 10_000;
const SECONDS = 3600;
const VALUE = JSON.stringify([{ role: "user", text: "Hello" }]);
/** How many commands go into one pipeline. */
const BATCH = 100;

/** The workload. `BENCH_REDIS` is the server's address. */
export async function run({ data, size, quick }: Job): Promise<Figures> {
  const keys = readKeys(data, size).slice(0, quick ? KEYS / 5 : KEYS);
  const redis = new Redis(process.env["BENCH_REDIS"]!);
  const storage = new InMemoryStorage();
  const figures: Figures = {};
  // The first time is for warming up.
  for (let round = 0; round < 4; round++) {
    const measure = async (name: string, work: () => Promise<void>) => {
      const start = performance.now();
      await work();
      const ns = (performance.now() - start) * 1e6 / keys.length;
      if (round > 0) (figures[name] ??= []).push(ns);
    };
    const clients = { "`ioredis`": redis, "`InMemoryStorage`": storage };
    for (const [name, client] of Object.entries(clients)) {
      await measure(`\`setex\`, ${name}, one by one`, async () => {
        for (const key of keys) await client.setex(key, SECONDS, VALUE);
      });
      await measure(`\`get\`, ${name}, one by one`, async () => {
        for (const key of keys) await client.get(key);
      });
    }
    for (const call of ["setex", "get"]) {
      const name = `\`${call}\`, \`ioredis\`, in pipelines of ${BATCH}`;
      await measure(name, async () => {
        for (let i = 0; i < keys.length; i += BATCH) {
          const pipeline = redis.pipeline();
          for (const key of keys.slice(i, i + BATCH)) {
            if (call === "get") pipeline.get(key);
            else pipeline.setex(key, SECONDS, VALUE);
          }
          const failed = (await pipeline.exec())?.find(([error]) => error);
          if (failed) throw failed[0];
        }
      });
    }
  }
  redis.disconnect();
  storage.shutdown();
  return figures;
}
