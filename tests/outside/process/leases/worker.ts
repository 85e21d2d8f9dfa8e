/**
 * One process of a run: `worker.ts <number> <task> <url> <lease> <rest>`. It writes a line for each
 * thing that it does, at once, and ends when its stdin does.
 */
import { appendFileSync, writeSync } from "node:fs";
import process from "node:process";
import { connectStorage } from "../../../../src/connect/connect.ts";
import { Leases } from "../../../../src/leases/lease.ts";
import { Once, OnceUnknownError } from "../../../../src/leases/once.ts";
import { tokensBy } from "./tokens_by.ts";

const [, , number, task, url, lease, ...rest] = process.argv as string[];
const ttl = Number(lease);
let isOver = false;
process.stdin.on("end", () => isOver = true).resume();

/** Says it before the next thing is done, so that it is known where a killed process was. */
function say(...words: (string | number)[]): void {
  let line = `${words.join(" ")}\n`;
  while (line !== "") {
    try {
      line = line.slice(writeSync(1, line));
    } catch (error) {
      // The pipe is full.
      if ((error as { code?: string }).code !== "EAGAIN") throw error;
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * ms));
}

/** Effects for the keys 0 to `count`, each counted in a file. */
async function effects(count: number, path: string): Promise<void> {
  await using storage = await connectStorage(url);
  const once = new Once<string>("effects", { storage, lease: ttl });
  // Two or so are at the same key.
  const start = (Number(number) % 4) * count / 4;
  for (let i = 0; i < count && !isOver; i++) {
    const key = String(Math.floor(start + i) % count);
    say("tries", key);
    try {
      const answer = await once.run(key, async () => {
        appendFileSync(path, `${key}\n`);
        await pause(10);
        return `${number} did ${key}`;
      });
      say("answered", key, answer.replaceAll(" ", "_"));
    } catch (error) {
      if (!(error instanceof OnceUnknownError)) throw error;
      say("unknown", key);
    }
  }
  say("done");
  while (!isOver) await pause(20);
}

/** Acquires one of some leases again and again, and writes its fence to a file while it holds it. */
async function fences(keys: number, path: string): Promise<void> {
  await using storage = await connectStorage(url);
  const leases = new Leases({ storage, ttl });
  say("starts");
  while (!isOver) {
    const key = String(Math.floor(Math.random() * keys));
    const lease = await leases.acquire(key, { wait: 1000 });
    if (lease === undefined) continue;
    await pause(5);
    if (lease.signal.aborted) continue;
    appendFileSync(path, `${key} ${lease.fence} ${number}\n`);
    // Who was frozen in between has written, but does not hold it any more.
    if (await lease.release()) say("held", key, lease.fence);
    else say("lost", key, lease.fence);
    await pause(2);
  }
}

/** Asks for an access token again and again. */
async function tokens(way: string, provider: string, path: string) {
  await using ways = await tokensBy(way, {
    url: url!,
    provider,
    path,
    ttl,
    say,
  });
  say("starts");
  while (!isOver) {
    await ways.access();
    await pause(10);
  }
}

switch (task) {
  case "effects":
    await effects(Number(rest[0]), rest[1]!);
    break;
  case "fences":
    await fences(Number(rest[0]), rest[1]!);
    break;
  default:
    await tokens(...rest as [string, string, string]);
}
process.exit(0);
