/** The CPU that goes by, which a busy machine disturbs less than the clock. */
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";

/** Linux: the ns that this thread has run, up to when it last rested. */
const SCHEDSTAT = "/proc/thread-self/schedstat";
const isCounted = existsSync(SCHEDSTAT);
const cell = new Int32Array(new SharedArrayBuffer(4));

/** The ms of CPU of this thread; where nothing tells that, of the whole process. */
export function threadTime(): number {
  if (isCounted) {
    // A rest of 50 µs brings the count up to date, which else moves every 4 ms.
    Atomics.wait(cell, 0, 0, 0.05);
    return Number.parseInt(readFileSync(SCHEDSTAT, "latin1")) / 1e6;
  }
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
}

/** The ms of CPU of the process, its helper threads' included. */
export function processTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
