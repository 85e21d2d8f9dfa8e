/** A collection beside keyv on the same storages, and beside the bare commands: ns of CPU a call. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InMemoryStorage } from "../../mod.ts";
import { load, loadEntry } from "../contenders/_load.ts";
import { threadTime } from "./cpu.ts";
import type { Figures, Job } from "./job.ts";

const TTL = 3_600_000;
const KEYS = Array.from({ length: 2000 }, (_, i) => `s${i}`);
const CALLS = 20_000;
/** The first is to warm up. */
const ROUNDS = 7;

/** The workload. Those that are compared take turns. */
export async function run({ quick }: Job): Promise<Figures> {
  const { Collection } = await loadEntry("./collection");
  const { KeyvStorage } = await loadEntry("./keyv");
  const { SqliteStorage } = await loadEntry("./sqlite");
  const { Keyv } = await load("keyv");
  const folder = mkdtempSync(join(tmpdir(), "mayfly-bench-"));
  const figures: Figures = {};
  for (let round = 0; round < (quick ? 2 : ROUNDS); round++) {
    for (const where of ["memory", "file"]) {
      const storage = where === "memory"
        ? new InMemoryStorage()
        : new SqliteStorage(join(folder, `${round}.db`));
      const collection = new Collection("c", { storage, ttl: TTL });
      const store = new KeyvStorage({ storage });
      const keyv = new Keyv({ store, ttl: TTL });
      const bare = {
        get: async (key: string) => JSON.parse(await storage.get(`b:${key}`)),
        set: (key: string, value: unknown) =>
          storage.set(`b:${key}`, JSON.stringify(value), "PX", TTL),
      };
      for (const method of ["set", "get"] as const) {
        for (
          const [name, store] of Object.entries({ bare, collection, keyv })
        ) {
          const start = threadTime();
          for (let i = 0; i < CALLS; i++) {
            const key = KEYS[i % KEYS.length];
            await store[method](key, { user: key, roles: ["a", "b"], at: i });
          }
          const ns = (threadTime() - start) * 1e6 / CALLS;
          const figure = `\`${method}\`, ${where}: ${name}`;
          if (round > 0) (figures[figure] ??= []).push(ns);
        }
      }
      storage.close();
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return figures;
}
