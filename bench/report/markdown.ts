/** The tables of a run, as Markdown. */
import { CONTENDERS } from "../contenders/contenders.ts";
import type { Results } from "../runner/results.ts";
import { CALLS } from "../workloads/calls.ts";
import { type Workload, WORKLOADS } from "../workloads/job.ts";
import {
  Figures,
  format,
  legendOf,
  marksOf,
  PEERS,
  RUNTIME_TITLES,
  runtimesOf,
} from "./find.ts";
import { figureOf, GOALS } from "./goals.ts";

/** How the figures of a workload are shown. */
interface Section {
  title: string;
  text: string;
  /** A row for each contender and a column for each of these, by figure; else a row for each figure. */
  columns?: Record<string, string>;
  /** What the figures are divided by. */
  unit?: number;
}

const SECTIONS: Record<Workload, Section> = {
  calls: {
    title: "Calls",
    text: "ns of CPU of the main thread, then ratios.",
    columns: Object.fromEntries(CALLS.map((name) => [name, name])),
  },
  storage: {
    title: "`InMemoryStorage` beside `ExpiringStore`",
    text: "ns of CPU a call, both in one process.",
  },
  memory: {
    title: "Memory",
    text:
      "Bytes an entry, beside keys and values: of the `Map` itself, and what the others take more than that. Heap and buffers after a garbage collection; ¶ of the process, since Bun's figure of the heap leaves out the tables of plain objects.",
    columns: { "over map": "" },
  },
  due: {
    title: "All entries due in the same second",
    text:
      '"The same before" is the longest block of half a second in which nothing was due: the noise of the machine. "Empty after" counts from when the last entry was due. The `Map` expires nothing: its blocks are the engine\'s own. Stores that do not sweep are not in these tables.',
    columns: {
      "block": "longest block, ms",
      "block before": "the same before, ms",
      "cpu": "CPU, ms",
      "empty": "empty after, ms",
      "left": "left, bytes an entry",
      "wake-ups": "idle wake-ups a second",
    },
  },
  churn: {
    title: "Steady churn",
    text:
      "5,000 entries a second expire and as many are set: the share of a core in percent, and the longest block in ms. The `Map` expires nothing: its row is the cost of setting and waiting.",
    columns: { share: "%", block: "block" },
  },
  hits: {
    title: "Hits, by policy",
    text:
      "Room for a tenth of the keys. The requests are made up: see the README.",
  },
  state: {
    title: "Conversations and handles",
    text: "µs a call, awaited.",
    unit: 1000,
  },
  collection: {
    title: "A collection beside keyv",
    text:
      "CPU time of the main thread, ns a call, awaited, of objects with three members: the bare command with `JSON`, a `Collection`, and keyv with our adapter on the same storage.",
  },
  leases: {
    title: "Leases and caches",
    text:
      "µs a call, awaited: reads by the CPU time of the main thread; turns that nobody else wants (acquire and release) by that of the process, on a server the median by the clock.",
    unit: 1000,
  },
  file: { title: "A file", text: "µs a call.", unit: 1000 },
  import: {
    title: "Import",
    text: "ms to import a package in a new process.",
    columns: { time: "" },
  },
  redis: {
    title: "Beside a Redis server on loopback",
    text: "µs a call.",
    unit: 1000,
  },
};

/** More columns than this are a table for each runtime. */
const MOST_COLUMNS = 6;

/** A table whose first column is text and whose others are numbers; rows without a number are left out. */
function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, i) => i === 0 ? "---" : "---:");
  const full = rows.filter((row) => row.slice(1).some((cell) => cell !== "—"));
  return [line(head), line(rule), ...full.map(line)].join("\n");
}

function goals(results: Results): string {
  const runtimes = runtimesOf(results);
  const rows = GOALS.flatMap((goal) => {
    const cells = runtimes.map((runtime) => {
      const found = figureOf(goal, results, runtime);
      const isMissed = found !== undefined && found > goal.limit;
      return isMissed ? `**${format(found)}**` : format(found);
    });
    const isKnown = cells.some((cell) => cell !== "—");
    return isKnown ? [[goal.text, `${goal.limit}`, ...cells]] : [];
  });
  const head = ["", "at most", ...runtimes.map((name) => RUNTIME_TITLES[name])];
  return `## Goals

\`ExpiringStore\` at 100,000 entries where nothing else is said. What is bold falls short. No
peer reads a clock in \`delete\`, so that goal has no figure.

${table(head, rows)}`;
}

/** Ours as a multiple of the limits and of the best peers, which are named. */
function ratios(figures: Figures): string {
  const rows: string[][] = [];
  for (const ours of CONTENDERS.filter(({ kind }) => kind === "ours")) {
    const to = (
      whom: string,
      other: (figure: string) => { title?: string; figure?: number },
    ) =>
      rows.push([
        `${ours.title} to ${whom}`,
        ...CALLS.map((call) => {
          const { title, figure } = other(call);
          const own = figures.find(ours, call);
          if (own === undefined || figure === undefined) return "—";
          return format(own / figure) + (title ? ` (${title})` : "");
        }),
      ]);
    for (const limit of CONTENDERS.filter(({ kind }) => kind === "limit")) {
      to(limit.title, (call) => ({ figure: figures.find(limit, call) }));
    }
    for (const [whom, suits] of Object.entries(PEERS)) {
      to(whom, (call) => figures.best(call, suits) ?? {});
    }
  }
  return table(["", ...CALLS], rows);
}

/** A row for each contender, with its marks and what went wrong. */
function contenderTable(
  places: Figures[],
  columns: Record<string, string>,
): string {
  const { workload } = places[0];
  const rows = CONTENDERS.map((contender) => {
    const problem = places.map((place) => place.result(contender.id)?.problem)
      .find(Boolean);
    const title = contender.entry !== undefined && workload === "import"
      ? `\`${contender.entry}\``
      : contender.title + marksOf(contender, workload);
    const cells = places.flatMap((place) =>
      Object.keys(columns).map((figure) =>
        format(place.find(contender, figure)) +
        (place.isOfProcess(contender) ? "¶" : "")
      )
    );
    return [problem ? `${title} (${problem})` : title, ...cells];
  });
  const head = places.flatMap(({ runtime }) =>
    Object.values(columns).map((column) =>
      places.length === 1
        ? column
        : RUNTIME_TITLES[runtime] + (column && `, ${column}`)
    )
  );
  const text = table(["", ...head], rows);
  const legend = legendOf(text);
  return legend ? `${text}\n\n${legend}.` : text;
}

function ownTable(places: Figures[], unit: number): string {
  const medians = places.map((p) => p.result("in-memory-storage")?.medians);
  const names = new Set(medians.flatMap((found) => Object.keys(found ?? {})));
  return table(
    ["", ...places.map(({ runtime }) => RUNTIME_TITLES[runtime])],
    [...names].map((name) => [
      name,
      ...medians.map((found) => format((found?.[name] ?? NaN) / unit)),
    ]),
  );
}

function section(results: Results, workload: Workload): string {
  const { title, text, columns, unit = 1 } = SECTIONS[workload];
  const places = runtimesOf(results)
    .map((runtime) => new Figures(results, runtime, workload));
  const size = places[0].size;
  const entries = size > 1 ? ` ${size.toLocaleString("en-US")} entries.` : "";
  const parts = [`## ${title}\n\n${text}${entries}`];
  if (columns === undefined) parts.push(ownTable(places, unit));
  else if (Object.keys(columns).length * places.length <= MOST_COLUMNS) {
    parts.push(contenderTable(places, columns));
  } else {
    for (const place of places) {
      parts.push(
        `### ${RUNTIME_TITLES[place.runtime]}`,
        contenderTable([place], columns),
      );
      if (workload === "calls") parts.push(ratios(place));
    }
  }
  return parts.join("\n\n");
}

function sizes({ sizes }: Results): string {
  const rows = Object.entries(sizes).map(([name, { minified, gzipped }]) => [
    ...[name, format(minified / 1000), format(gzipped / 1000)],
  ]);
  return `## Size\n\nBundled with all that it depends on.\n\n${
    table(["", "minified, kB", "and gzipped, kB"], rows)
  }`;
}

function heading({ machine, versions, quick, results }: Results): string {
  const { cpu, cores, memoryGB, system } = machine;
  const dates = Map.groupBy(results, ({ date }) => date);
  const when = [...dates].sort().map(([date, those]) => {
    const names = [...new Set(those.map(({ workload }) => workload))];
    return dates.size > 1 ? `${date} (${names.join(", ")})` : date;
  }).join(" and ");
  const runs = results.filter(({ workload }) => workload === "calls")
    .map(({ runs }) => runs);
  const list = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`).join(", ");
  return `# Results of the benchmark

Measured on ${when} on ${cores} cores of ${cpu}, ${memoryGB} GB, ${system}${
    quick ? ", in a quick run" : ""
  }. Figures of calls are medians over ${
    Math.max(...runs, 1)
  } processes each. [How it is measured](README.md).

Versions: ${list}.`;
}

/** The whole report. */
export function toMarkdown(results: Results): string {
  const parts = WORKLOADS
    .filter((name) =>
      results.results.some(({ workload, runs }) => workload === name && runs)
    )
    .map((workload) => section(results, workload));
  if (Object.keys(results.sizes).length > 0) parts.push(sizes(results));
  const notes = CONTENDERS.filter(({ note }) => note)
    .map(({ title, note }) => `- ${title}: ${note}`).join("\n");
  const all = [
    ...[heading(results), goals(results), ...parts],
    `## The contenders\n\n${notes}`,
  ];
  return `${all.join("\n\n")}\n`;
}
