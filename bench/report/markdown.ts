/** The tables of a run, as Markdown. */
import { CONTENDERS } from "../contenders/contenders.ts";
import { RUNTIMES } from "../runner/options.ts";
import type { RuntimeName } from "../runner/options.ts";
import type { Results } from "../runner/results.ts";
import { OPERATIONS } from "../workloads/operations.ts";
import { bestPeer, find } from "./find.ts";
import { format, table } from "./table.ts";

const RUNTIME_TITLES = { node: "Node", bun: "Bun", deno: "Deno" };

function sizesOf(results: Results, runtime: RuntimeName): number[] {
  const sizes = results.results
    .filter((r) => r.workload === "operations" && r.runtime === runtime)
    .map(({ size }) => size);
  return [...new Set(sizes)].sort((a, b) => a - b);
}

/** ns a call, for each contender, and how that compares. */
function operations(results: Results, runtime: RuntimeName): string {
  const parts: string[] = [];
  for (const size of sizesOf(results, runtime)) {
    const place = { runtime, workload: "operations", size } as const;
    const title = (text: string) =>
      `#### ${RUNTIME_TITLES[runtime]}, ${
        size.toLocaleString("en-US")
      } entries: ${text}`;
    const present = CONTENDERS.filter(({ id }) =>
      results.results.some((r) =>
        r.runtime === runtime && r.workload === "operations" &&
        r.size === size && r.contender === id
      )
    );
    parts.push(
      title("ns a call"),
      table(
        ["", ...OPERATIONS],
        present.map(({ id, title }) => [
          title,
          ...OPERATIONS.map((figure) =>
            format(find(results, { ...place, contender: id, figure }))
          ),
        ]),
      ),
    );
    const ratio = (id: string, figure: string, to: number | undefined) => {
      const own = find(results, { ...place, contender: id, figure });
      return format(own === undefined || !to ? undefined : own / to);
    };
    const rows: string[][] = [];
    for (const { id, title } of present.filter((c) => c.kind === "ours")) {
      for (const limit of CONTENDERS.filter((c) => c.kind === "limit")) {
        rows.push([
          `${title} to ${limit.title}`,
          ...OPERATIONS.map((figure) =>
            ratio(
              id,
              figure,
              find(results, { ...place, contender: limit.id, figure }),
            )
          ),
        ]);
      }
      rows.push([
        `${title} to the best peer`,
        ...OPERATIONS.map((figure) => {
          const best = bestPeer(results, { ...place, figure });
          return ratio(id, figure, best?.figure);
        }),
      ]);
      if (id === "in-memory-storage") {
        rows.push([
          `${title} to ExpiringStore, strings`,
          ...OPERATIONS.map((figure) =>
            ratio(
              id,
              figure,
              find(results, {
                ...place,
                contender: "expiring-store-strings",
                figure,
              }),
            )
          ),
        ]);
      }
    }
    if (rows.length === 0) continue;
    rows.push([
      "(the best peer)",
      ...OPERATIONS.map((figure) =>
        bestPeer(results, { ...place, figure })?.title ?? "—"
      ),
    ]);
    parts.push(title("ratios"), table(["", ...OPERATIONS], rows));
  }
  return parts.join("\n\n");
}

/** The whole report. */
export function toMarkdown(results: Results): string {
  const parts: string[] = [];
  for (const runtime of RUNTIMES) {
    const text = operations(results, runtime);
    if (text) parts.push(text);
  }
  return `${parts.join("\n\n")}\n`;
}
