/**
 * A cache hit beside a read of a collection, and a lease that nobody else wants beside what else
 * takes turns: ns a call. On a server where `BENCH_REDIS` is the address of one.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { InMemoryStorage } from "../../mod.ts";
import { load, loadEntry } from "../contenders/_load.ts";
import { processTime, threadTime } from "./cpu.ts";
import type { Figures, Job } from "./job.ts";

const TTL = 3_600_000;
const KEYS = Array.from({ length: 2000 }, (_, i) => `s${i}`);
const READS = 20_000;
const TURNS = 500;
/** The first is to warm up. */
const ROUNDS = 7;

/** Takes a turn and ends it. */
type Turn = (key: string) => Promise<unknown>;

/** The workload. Those that are compared take turns. */
export async function run({ quick }: Job): Promise<Figures> {
  const { Cache } = await loadEntry("./cache");
  const { Collection } = await loadEntry("./collection");
  const { Leases } = await loadEntry("./lease");
  const { SqliteStorage } = await loadEntry("./sqlite");
  const { Mutex } = await load("async-mutex");
  const { default: lockfile } = await load("proper-lockfile");
  const url = process.env["BENCH_REDIS"];
  const redis = url === undefined
    ? undefined
    : new (await load("ioredis")).Redis(url);
  const folder = mkdtempSync(join(tmpdir(), "mayfly-bench-"));
  const figures: Figures = {};
  const add = (round: number, name: string, ns: number) => {
    if (round > 0) (figures[name] ??= []).push(ns);
  };

  const rounds = quick ? 2 : ROUNDS;
  for (let round = 0; round < rounds; round++) {
    const backends = {
      memory: new InMemoryStorage(),
      file: new SqliteStorage(join(folder, `${round}.db`)),
    };
    for (const [where, storage] of Object.entries(backends)) {
      const cache = new Cache("c", { storage, ttl: TTL });
      const collection = new Collection("c", { storage, ttl: TTL });
      const never = () => Promise.reject(new Error("A miss"));
      for (const key of KEYS) {
        const value = { user: key, roles: ["a", "b"], at: 1 };
        await cache.set(key, value);
        await collection.set(key, value);
      }
      const reads: Record<string, Turn> = {
        "`Collection.get`": (key) => collection.get(key),
        "`Cache.get`, a hit": (key) => cache.get(key, never),
      };
      for (const [name, read] of Object.entries(reads)) {
        const start = threadTime();
        for (let i = 0; i < READS; i++) await read(KEYS[i % KEYS.length]!);
        const ns = (threadTime() - start) * 1e6 / READS;
        add(round, `${name}, ${where}`, ns);
      }
    }

    const mutexes = new Map(KEYS.map((key) => [key, new Mutex()]));
    const locked = (key: string) => join(folder, key);
    for (const key of KEYS.slice(0, TURNS)) writeFileSync(locked(key), "");
    const turnOf = (storage: unknown): Turn => {
      const leases = new Leases({ storage });
      return async (key) => await (await leases.acquire(key)).release();
    };
    const turns: Record<string, Turn> = {
      "a lease, memory": turnOf(backends.memory),
      "`async-mutex`, in the process": async (key) =>
        (await mutexes.get(key)!.acquire())(),
      "a lease, file": turnOf(backends.file),
      "`proper-lockfile`": async (key) =>
        await (await lockfile.lock(locked(key)))(),
    };
    if (redis !== undefined) {
      const { default: Redlock } = await load("redlock");
      const redlock = new Redlock([redis]);
      turns["a lease, server"] = turnOf(redis);
      turns["`redlock`, one server"] = async (key) =>
        await (await redlock.lock(key, 30_000)).unlock();
    }
    for (const [name, turn] of Object.entries(turns)) {
      const each: number[] = [];
      // Of all threads: others work on files in threads of their own.
      const start = processTime();
      for (let i = 0; i < TURNS; i++) {
        const start = performance.now();
        await turn(KEYS[i]!);
        each.push(performance.now() - start);
      }
      const used = (processTime() - start) / TURNS;
      const median = each.sort((a, b) => a - b)[TURNS / 2]!;
      // A server works in a process of its own.
      add(round, name, (name.includes("server") ? median : used) * 1e6);
    }
    for (const storage of Object.values(backends)) storage.close();
  }
  redis?.disconnect();
  rmSync(folder, { recursive: true, force: true });
  return figures;
}
