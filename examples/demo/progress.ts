/** What a person sees of the demo while it takes its time. */

import process from "node:process";

/** How often the count goes on, in ms. */
const STEP = 100;

/** Shows a count until `work` is done, where there is somebody to look at it. */
export async function counting<T>(
  what: string,
  work: Promise<T>,
  count: () => string,
): Promise<T> {
  const { stdout } = process;
  if (!stdout.isTTY) return await work;
  const show = () => stdout.write(`\r  ${what}: ${count()}\x1b[K`);
  const timer = setInterval(show, STEP);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    stdout.write("\r\x1b[K");
  }
}

/** Waits, and shows how long there is still to wait. */
export async function waiting(what: string, ms: number): Promise<void> {
  const end = Date.now() + ms;
  await counting(
    what,
    new Promise<void>((next) => setTimeout(next, ms)),
    () => `${Math.max((end - Date.now()) / 1000, 0).toFixed(1)} s to go`,
  );
}
