/** How the workload "file" measures. */
import process from "node:process";
import type { Figures } from "../job.ts";

/** What a call takes: of the processor, or by the clock where another process does the work. */
export type Kind = "cpu" | "clock";

/** Figures by name, in ns a call. */
export class Measures {
  readonly figures: Figures = {};
  /** Whether what is measured is only to warm up. */
  warmingUp = true;

  /** Measures `count` calls. */
  async measure(
    name: string,
    kind: Kind,
    count: number,
    call: (index: number) => unknown,
  ): Promise<void> {
    const start = now(kind);
    for (let i = 0; i < count; i++) {
      const result = call(i);
      if (result instanceof Promise) await result;
    }
    this.add(name, (now(kind) - start) * 1e6 / count);
  }

  /** Takes down a figure. */
  add(name: string, figure: number): void {
    if (!this.warmingUp) (this.figures[name] ??= []).push(figure);
  }
}

/** In ms. */
function now(kind: Kind): number {
  if (kind === "clock") return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
