/** How the workload "file" measures. */
import { processTime } from "../cpu.ts";
import { median } from "../../runner/results.ts";
import type { Figures } from "../job.ts";

/** How many calls are measured at a time by the clock. */
const FEW = 50;

/** What a call takes: of the processor, or by the clock where another process does the work. */
export type Kind = "cpu" | "clock";

/** Figures by name, in ns a call. */
export class Measures {
  readonly figures: Figures = {};
  /** Whether what is measured is only to warm up. */
  warmingUp = true;

  /** Measures `count` calls: the median of some at a time, since a busy machine takes its time elsewhere. */
  async measure(
    name: string,
    kind: Kind,
    count: number,
    call: (index: number) => unknown,
  ): Promise<void> {
    // The processor's time is told too coarsely for so few.
    const size = kind === "clock" ? FEW : count;
    const found: number[] = [];
    for (let from = 0; from < count; from += size) {
      const start = now(kind);
      for (let i = from; i < from + size; i++) {
        const result = call(i);
        if (result instanceof Promise) await result;
      }
      found.push((now(kind) - start) * 1e6 / size);
    }
    this.add(name, median(found));
  }

  /** Takes down a figure. */
  add(name: string, figure: number): void {
    if (!this.warmingUp) (this.figures[name] ??= []).push(figure);
  }
}

/** In ms. */
function now(kind: Kind): number {
  return kind === "clock" ? performance.now() : processTime();
}
