/** Eight processes that write to one file: whose turn comes when. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Measures } from "./measure.ts";

const WRITERS = 8;
/** All have started by then. */
const LEAD_MS = 4000;
const PROGRAM = fileURLToPath(new URL("writer.ts", import.meta.url));
const FLAGS = "Deno" in globalThis
  ? ["run", "--quiet", "--no-check", "--allow-all"]
  : "Bun" in globalThis
  ? []
  : ["--disable-warning=ExperimentalWarning"];

async function runWriter(
  args: string[],
): Promise<{ count: number; longest: number }> {
  const child = spawn(process.execPath, [...FLAGS, PROGRAM, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => output += text);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error("A writer failed");
  return JSON.parse(output);
}

/** Runs the writers for some ms, with our waits and with SQLite's own. */
export async function measureWriters(
  folder: string,
  measures: Measures,
  ms: number,
): Promise<void> {
  measures.warmingUp = false;
  for (const waiting of ["own", "sqlite"]) {
    const path = join(folder, `writers-${waiting}.db`);
    const start = Date.now() + LEAD_MS;
    const found = await Promise.all(
      Array.from(
        { length: WRITERS },
        () => runWriter([path, waiting, String(start), String(ms)]),
      ),
    );
    const counts = found.map(({ count }) => count);
    const sum = counts.reduce((a, b) => a + b);
    const name = `${WRITERS} writers, ${
      waiting === "own" ? "our waits" : "SQLite's own waits"
    }`;
    measures.add(`${name}: a write`, ms * 1e6 / sum);
    measures.add(
      `${name}: longest wait`,
      Math.max(...found.map(({ longest }) => longest)) * 1e6,
    );
    measures.add(
      `${name}: most to least served, as a ratio`,
      Math.max(...counts) / Math.min(...counts) * 1000,
    );
  }
}
