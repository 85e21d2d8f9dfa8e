/** The garbage collector and what it leaves. */
import process from "node:process";
import { sleep } from "./timers.ts";

interface Globals {
  gc?: () => void;
  Bun?: { gc(force: boolean): void };
}
const { gc, Bun } = globalThis as Globals;

/** Collects all garbage, where the process was started so that it can. */
export function collectGarbage(): void {
  if (Bun) Bun.gc(true);
  else gc?.();
}

/** The bytes in use after a collection: of the heap and of the buffers outside it. */
export async function usedBytes(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    collectGarbage();
    // Finalizers and weak references come to their end between two tasks.
    await sleep(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  // On Bun the heap's figure has the buffers in it.
  return Bun ? heapUsed : heapUsed + external;
}
