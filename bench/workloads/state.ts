/** Threads and handles on the storage in memory and on a file: ns a call. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InMemoryStorage } from "../../mod.ts";
import { loadEntry } from "../contenders/_load.ts";
import type { Figures, Job } from "./job.ts";

const TTL = 3_600_000;
const TURN = { role: "user", content: "x".repeat(100) };
const FEW = 10;
const MANY = 10_000;
const CALLS = 2000;
const ROUNDS = 4;

/** The workload. Rounds take turns between the backends, the first to warm up. */
export async function run({ quick }: Job): Promise<Figures> {
  const { Conversations } = await loadEntry("./conversations");
  const { Handles } = await loadEntry("./handles");
  const { SqliteStorage } = await loadEntry("./sqlite");
  const folder = mkdtempSync(join(tmpdir(), "mayfly-bench-"));
  const figures: Figures = {};
  for (let round = 0; round < (quick ? 2 : ROUNDS); round++) {
    for (const backend of ["memory", "file"]) {
      const storage = backend === "memory"
        ? new InMemoryStorage()
        : new SqliteStorage(join(folder, `${round}.db`));
      const threads = new Conversations({ storage, ttl: TTL });
      const handles = new Handles({ storage });
      const text = JSON.stringify(TURN);
      const measure = async (what: string, call: (i: number) => unknown) => {
        const start = performance.now();
        for (let i = 0; i < CALLS; i++) await call(i);
        const ns = (performance.now() - start) * 1e6 / CALLS;
        if (round > 0) (figures[`${what}, ${backend}`] ??= []).push(ns);
      };
      await measure("`setex` of a turn", (i) => {
        return storage.setex(`turn:${i}`, TTL / 1000, text);
      });
      const long = await threads.create();
      for (let i = 0; i < MANY; i++) await threads.append(long, TURN);
      const short: string[] = [];
      for (let i = 0; i < CALLS / FEW; i++) {
        const id = await threads.create();
        for (let i = 0; i < FEW; i++) await threads.append(id, TURN);
        short.push(id);
      }
      await measure(
        `\`append\` at ${FEW} turns`,
        (i) => threads.append(short[i % short.length], TURN),
      );
      await measure(
        "`append` at 10,000 turns",
        () => threads.append(long, TURN),
      );
      const minted: string[] = [];
      await measure("`handles.mint`", async (i) => {
        minted.push(await handles.mint({ i }));
      });
      await measure("`handles.read`", (i) => handles.read(minted[i]));
      storage.shutdown();
      storage.close?.();
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return figures;
}
