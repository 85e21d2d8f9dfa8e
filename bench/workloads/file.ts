/**
 * The storage on a file: beside the bare statements of SQLite (ns of the processor), beside
 * others that keep what they are given (ns by the clock), and with many writers.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readKeys } from "./data.ts";
import { measureCalls, measureGrowth } from "./file/calls.ts";
import { Measures } from "./file/measure.ts";
import { measurePeers } from "./file/peers.ts";
import { measureWriters } from "./file/writers.ts";
import type { Figures, Job } from "./job.ts";

/** The workload. */
export async function run({ data, size, quick }: Job): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-bench-"));
  const keys = readKeys(data, size);
  const measures = new Measures();
  try {
    await measureCalls(folder, keys, measures, quick ? 2 : 7);
    await measurePeers(folder, keys, measures, quick ? 1 : 5);
    await measureWriters(folder, measures, quick ? 2000 : 5000);
    if (!quick) await measureGrowth(folder, measures);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return measures.figures;
}
