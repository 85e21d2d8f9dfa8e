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

interface Client {
  get(key: string): Promise<string | null> | string | null;
  setex(key: string, seconds: number, value: string): unknown;
}

async function each(
  keys: string[],
  call: (key: string) => unknown,
): Promise<number> {
  const start = performance.now();
  for (const key of keys) await call(key);
  return (performance.now() - start) * 1e6 / keys.length;
}

async function oneByOne(
  name: string,
  client: Client,
  keys: string[],
  figures: Figures,
): Promise<void> {
  const add = (call: string, time: number) =>
    (figures[`${name} ${call}`] ??= []).push(time);
  add("setex", await each(keys, (key) => client.setex(key, SECONDS, VALUE)));
  add("get", await each(keys, (key) => client.get(key)));
}

async function pipelined(
  redis: Redis,
  keys: string[],
  figures: Figures,
): Promise<void> {
  for (const call of ["setex", "get"] as const) {
    const start = performance.now();
    for (let i = 0; i < keys.length; i += BATCH) {
      const pipeline = redis.pipeline();
      for (const key of keys.slice(i, i + BATCH)) {
        if (call === "get") pipeline.get(key);
        else pipeline.setex(key, SECONDS, VALUE);
      }
      for (const [error] of await pipeline.exec() ?? []) if (error) throw error;
    }
    const time = (performance.now() - start) * 1e6 / keys.length;
    (figures[`pipelined ${call}`] ??= []).push(time);
  }
}

/** The workload. `BENCH_REDIS` is the server's address. */
export async function runRedis({ data, size, quick }: Job): Promise<Figures> {
  const keys = readKeys(data, size).slice(0, KEYS);
  const redis = new Redis(process.env["BENCH_REDIS"]!);
  const storage = new InMemoryStorage();
  const figures: Figures = {};
  const waitedFor = quick ? keys.slice(0, KEYS / 5) : keys;
  // The first time is for warming up.
  for (let i = 0; i < 4; i++) {
    const into = i === 0 ? {} : figures;
    await oneByOne("redis", redis, waitedFor, into);
    await oneByOne("memory", storage, keys, into);
    await pipelined(redis, keys, into);
  }
  redis.disconnect();
  storage.shutdown();
  return figures;
}
