/**
 * Stores short parts of long strings in a storage that is bounded by bytes, and prints how many
 * bytes are in use for it.
 */
import { InMemoryStorage } from "@mayfly/store";
import process from "node:process";

const COUNT = 60;
const LONG = 1_000_000;
const { gc, Bun } = globalThis as {
  gc?: () => void;
  Bun?: { gc(force: boolean): void };
};

async function inUse(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (Bun) Bun.gc(true);
    else gc!();
  }
  return process.memoryUsage().heapUsed;
}

/** A long string in one piece, which shares nothing with any other. */
function longText(i: number): string {
  const bytes = new Uint8Array(LONG).fill(97 + i % 26);
  return new TextDecoder().decode(bytes);
}

const storage = new InMemoryStorage({ maxBytes: 100_000 });
const before = await inUse();
for (let i = 0; i < COUNT; i++) {
  storage.set(`value${i}`, longText(i).slice(10, 60));
  storage.set(longText(i).slice(10, 60) + i, "key");
  storage.append(`appended${i}`, longText(i).slice(10, 60));
}
const after = await inUse();
console.log(JSON.stringify({ used: after - before, long: COUNT * LONG }));
storage.shutdown();
