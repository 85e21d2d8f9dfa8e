/** Threads and handles on the storage in memory and on a file: ns a call. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InMemoryStorage } from "../../mod.ts";
import { load } from "../contenders/_load.ts";
import type { Figures, Job } from "./job.ts";

const MANIFEST = new URL("../../deno.json", import.meta.url);
const TTL = 3_600_000;
const TURN = { role: "user", content: "x".repeat(100) };
const FEW = 10;
const MANY = 10_000;
const CALLS = 2000;
const ROUNDS = 4;

/** What one of the package's entries exports. */
// deno-lint-ignore no-explicit-any
function entry(name: string): Promise<any> {
  const { exports } = JSON.parse(readFileSync(MANIFEST, "utf8"));
  return load(new URL(exports[name], MANIFEST).href);
}

/** The workload. Rounds take turns between the backends, the first to warm up. */
export async function run({ quick }: Job): Promise<Figures> {
  const { Conversations } = await entry("./conversations");
  const { Handles } = await entry("./handles");
  const { SqliteStorage } = await entry("./sqlite");
  const folder = mkdtempSync(join(tmpdir(), "mayfly-bench-"));
  const figures: Figures = {};
  for (let round = 0; round < (quick ? 2 : ROUNDS); round++) {
    const measure = async (
      name: string,
      calls: number,
      call: (i: number) => unknown,
    ) => {
      const start = performance.now();
      for (let i = 0; i < calls; i++) await call(i);
      const ns = (performance.now() - start) * 1e6 / calls;
      if (round > 0) (figures[name] ??= []).push(ns);
    };
    for (const backend of ["memory", "file"]) {
      const storage = backend === "memory"
        ? new InMemoryStorage()
        : new SqliteStorage(join(folder, `${round}.db`));
      const threads = new Conversations({ storage, ttl: TTL });
      const handles = new Handles({ storage });
      const text = JSON.stringify(TURN);
      const add = (what: string, calls: number, call: (i: number) => unknown) =>
        measure(`${what}, ${backend}`, calls, call);
      await add("`setex` of a turn", CALLS, (i) => {
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
      await add(
        `\`append\` at ${FEW} turns`,
        CALLS,
        (i) => threads.append(short[i % short.length], TURN),
      );
      await add(
        "`append` at 10,000 turns",
        CALLS,
        () => threads.append(long, TURN),
      );
      const minted: string[] = [];
      await add("`handles.mint`", CALLS, async (i) => {
        minted.push(await handles.mint({ i }));
      });
      await add("`handles.read`", CALLS, (i) => handles.read(minted[i]));
      storage.shutdown();
      storage.close?.();
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return figures;
}
