/** The tables of a run, as Markdown. */
import { type Contender, CONTENDERS } from "../contenders/contenders.ts";
import type { Results } from "../runner/results.ts";
import { CALLS } from "../workloads/calls.ts";
import { type Workload, WORKLOADS } from "../workloads/job.ts";
import {
  bestPeer,
  find,
  findOverMap,
  findResult,
  isOfProcess,
  largest,
  legendOf,
  marksOf,
  PEERS,
  type Place,
  ratio,
  RUNTIME_TITLES,
  runtimesOf,
  sizesOf,
} from "./find.ts";
import { GOALS } from "./goals.ts";
import { format, table } from "./table.ts";

function count(number: number): string {
  return number.toLocaleString("en-US");
}

/** Tables and what their marks say. */
function withLegend(text: string): string {
  const legend = legendOf(text);
  return legend ? `${text}\n\n${legend}.` : text;
}

function goals(results: Results): string {
  const runtimes = runtimesOf(results);
  const rows = GOALS.map(({ text, limit, figure }) => [
    text,
    `${limit}`,
    ...runtimes.map((runtime) => {
      const found = figure(results, runtime);
      const isMissed = found !== undefined && found > limit;
      return isMissed ? `**${format(found)}**` : format(found);
    }),
  ]).filter((row) => row.slice(2).some((cell) => cell !== "—"));
  const head = ["", "at most", ...runtimes.map((name) => RUNTIME_TITLES[name])];
  return `## Goals

\`ExpiringStore\` at 100,000 entries where nothing else is said. What is bold falls short. No
peer asks a clock in \`delete\`, where that goal has no figure.

${table(head, rows)}`;
}

/** One row of ratios for each thing that ours are compared with. */
function ratioRows(results: Results, place: Place): string[][] {
  const rows: string[][] = [];
  const add = (label: string, cells: (figure: string) => string) => {
    const row = CALLS.map(cells);
    if (row.some((cell) => cell !== "—")) rows.push([label, ...row]);
  };
  for (const { id, title, kind } of CONTENDERS) {
    if (kind !== "ours") continue;
    const to = (whom: string, their: (figure: string) => number | undefined) =>
      add(
        `${title} to ${whom}`,
        (figure) =>
          format(ratio(find(results, place, id, figure), their(figure))),
      );
    for (const limit of CONTENDERS.filter(({ kind }) => kind === "limit")) {
      to(limit.title, (figure) => find(results, place, limit.id, figure));
    }
    for (const [whom, suits] of PEERS) {
      to(whom, (figure) => bestPeer(results, place, figure, suits)?.figure);
    }
  }
  for (const [whom, suits] of rows.length > 0 ? PEERS : []) {
    add(
      whom,
      (figure) => bestPeer(results, place, figure, suits)?.title ?? "—",
    );
  }
  return rows;
}

function calls(results: Results): string {
  const parts = ["## Calls\n\nns of CPU of the main thread, then ratios."];
  for (const runtime of runtimesOf(results)) {
    for (const size of sizesOf(results, "calls")) {
      const place: Place = { runtime, workload: "calls", size };
      const rows = contenderRows(
        results,
        [place],
        (contender) =>
          CALLS.map((figure) =>
            format(find(results, place, contender.id, figure))
          ),
      );
      const where = `${RUNTIME_TITLES[runtime]}, ${count(size)} entries`;
      const ratios = ratioRows(results, place);
      parts.push(
        `### ${where}`,
        withLegend(
          table(["", ...CALLS], rows) +
            (ratios.length > 0 ? `\n\n${table(["", ...CALLS], ratios)}` : ""),
        ),
      );
    }
  }
  return parts.join("\n\n");
}

/** A row for each contender of a workload, with its marks and what went wrong. */
function contenderRows(
  results: Results,
  places: Place[],
  cells: (contender: Contender) => string[],
): string[][] {
  const { workload } = places[0];
  const rows: string[][] = [];
  for (const contender of CONTENDERS) {
    const { id, title } = contender;
    const found = places.flatMap((place) =>
      findResult(results, place, id) ?? []
    );
    if (found.length === 0) continue;
    const problem = found.find(({ problem }) => problem)?.problem;
    const name = title + marksOf(contender, workload);
    rows.push([problem ? `${name} (${problem})` : name, ...cells(contender)]);
  }
  return rows;
}

/** A table with a column for each runtime and figure. */
function acrossRuntimes(
  results: Results,
  workload: Workload,
  figures: string[],
  cell: (place: Place, contender: Contender, figure: string) => string,
): string {
  const places = runtimesOf(results)
    .map((runtime) => largest(results, runtime, workload));
  const head = places.flatMap(({ runtime }) =>
    figures.map((figure) => RUNTIME_TITLES[runtime] + (figure && `, ${figure}`))
  );
  const rows = contenderRows(
    results,
    places,
    (contender) =>
      places.flatMap((place) =>
        figures.map((figure) => cell(place, contender, figure))
      ),
  );
  return withLegend(table(["", ...head], rows));
}

function memory(results: Results): string {
  const size = sizesOf(results, "memory").at(-1)!;
  const cells = (place: Place, contender: Contender) =>
    contender.id === "map"
      ? format(find(results, place, "map", "bytes"))
      : format(findOverMap(results, place, contender)) +
        (isOfProcess(place, contender) ? "¶" : "");
  return `## Memory

Bytes an entry at ${count(size)} live entries, beside keys and values: of the
\`Map\` itself, and what the others take more than that. Heap and buffers after a garbage
collection; ¶ of the process, since Bun's figure of the heap leaves out the tables of plain objects.

${acrossRuntimes(results, "memory", [""], cells)}`;
}

const DUE = {
  "block": "longest block, ms",
  "block before": "the same before, ms",
  "cpu": "CPU, ms",
  "empty": "empty after, ms",
  "left": "left, bytes an entry",
  "wake-ups": "idle wake-ups a second",
};

function due(results: Results): string {
  const size = sizesOf(results, "due").at(-1)!;
  const parts = runtimesOf(results).map((runtime) => {
    const place: Place = { runtime, workload: "due", size };
    const rows = contenderRows(
      results,
      [place],
      ({ id }) =>
        Object.keys(DUE).map((name) => format(find(results, place, id, name))),
    );
    const head = ["", ...Object.values(DUE)];
    return `### ${RUNTIME_TITLES[runtime]}\n\n${withLegend(table(head, rows))}`;
  });
  return `## ${count(size)} entries due in the same second

"The same before" is the longest block of half a second in which nothing was due: the noise of
the machine. "Empty after" counts from when the last entry was due. The \`Map\` expires nothing: its
blocks are the engine's own. Stores that leave what has expired in memory until it is read are
not in these tables.

${parts.join("\n\n")}`;
}

function churn(results: Results): string {
  const size = sizesOf(results, "churn").at(-1)!;
  const figures = ["share", "block"];
  const text = acrossRuntimes(
    results,
    "churn",
    figures,
    (place, { id }, figure) => format(find(results, place, id, figure)),
  );
  return `## Steady churn

${count(size)} live entries, of which 5,000 a second expire and as many are set:
the share of a core in percent, and the longest block in ms. The \`Map\` expires nothing: its row is what
the setting and the waiting cost.

${text}`;
}

function sizes(results: Results): string {
  const rows = Object.entries(results.sizes).map((
    [name, { minified, gzipped }],
  ) => [name, format(minified / 1000), format(gzipped / 1000)]);
  const size = table(["", "minified, kB", "and gzipped, kB"], rows);
  const runtimes = runtimesOf(results);
  const packages = CONTENDERS.filter(({ id }) =>
    results.results.some((result) =>
      result.workload === "import" && result.contender === id
    )
  );
  const times = table(
    ["", ...runtimes.map((runtime) => RUNTIME_TITLES[runtime])],
    packages.map(({ id, entry }) => [
      `\`${entry ?? "@mayfly/store"}\``,
      ...runtimes.map((runtime) => {
        const place: Place = { runtime, workload: "import", size: 0 };
        return format(find(results, place, id, "time"));
      }),
    ]),
  );
  return `## Size and import

Bundled with all that it depends on:

${size}

The time to import it in a new process, in ms:

${times}`;
}

/** The workloads of ours alone: a row for each figure, a column for each runtime. */
const OWN: Partial<Record<Workload, [text: string, unit: number]>> = {
  storage: [
    "`InMemoryStorage` beside `ExpiringStore`\n\nns of CPU a call, both in one process.",
    1,
  ],
  hits: [
    "Hits, by policy\n\nRoom for a tenth of the keys. The requests are made up: see the README.",
    1,
  ],
  state: ["Conversations and handles\n\nµs a call, awaited.", 1000],
  file: ["A file\n\nµs a call.", 1000],
  redis: ["Beside a Redis server on loopback\n\nµs a call.", 1000],
};

function ownFigures(results: Results, workload: Workload): string {
  const [text, unit] = OWN[workload]!;
  const places = runtimesOf(results)
    .map((runtime) => largest(results, runtime, workload));
  const found = places.map((place) =>
    findResult(results, place, "in-memory-storage")
  );
  const names = found.flatMap((result) => Object.keys(result?.medians ?? {}));
  const rows = [...new Set(names)].map((name) => [
    name,
    ...found.map((result) => format(ratio(result?.medians[name], unit))),
  ]);
  const head = places.map(({ runtime }) => RUNTIME_TITLES[runtime]);
  return `## ${text}\n\n${table(["", ...head], rows)}`;
}

function notes(): string {
  const lines = CONTENDERS.filter(({ note }) => note)
    .map(({ title, note }) => `- ${title}: ${note}`);
  return `## The contenders\n\n${lines.join("\n")}`;
}

function heading(results: Results): string {
  const { machine, versions, quick } = results;
  const { cpu, cores, memoryGB, system } = machine;
  const list = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`).join(", ");
  const dates = new Set(results.results.map(({ date }) => date));
  const parts = [...dates].sort().map((date) => {
    const those = results.results.filter((result) => result.date === date);
    const names = [...new Set(those.map(({ workload }) => workload))];
    return dates.size > 1 ? `${date} (${names.join(", ")})` : date;
  });
  const runs = results.results.filter(({ workload }) => workload === "calls")
    .map(({ runs }) => runs);
  return `# Results of the benchmark

Measured on ${
    parts.join(" and ")
  } on ${cores} cores of ${cpu}, ${memoryGB} GB, ${system}${
    quick ? ", in a quick run" : ""
  }. Figures of calls are medians over ${
    Math.max(...runs, 1)
  } processes each. [How it is measured](README.md).

Versions: ${list}.`;
}

/** The whole report. */
export function toMarkdown(results: Results): string {
  const own = (workload: Workload) => () => ownFigures(results, workload);
  const sections: Record<Workload, () => string> = {
    calls: () => calls(results),
    storage: own("storage"),
    memory: () => memory(results),
    due: () => due(results),
    churn: () => churn(results),
    hits: own("hits"),
    state: own("state"),
    file: own("file"),
    import: () => sizes(results),
    redis: own("redis"),
  };
  const parts = WORKLOADS
    .filter((name) =>
      results.results.some(({ workload, runs }) => workload === name && runs)
    )
    .map((workload) => sections[workload]());
  const all = [heading(results), goals(results), ...parts, notes()];
  return `${all.join("\n\n")}\n`;
}
