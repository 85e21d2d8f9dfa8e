/** The tables of a run, as Markdown. */
import { type Contender, CONTENDERS } from "../contenders/contenders.ts";
import type { RuntimeName } from "../runner/options.ts";
import type { Results } from "../runner/results.ts";
import type { Workload } from "../workloads/job.ts";
import { OPERATIONS } from "../workloads/operations.ts";
import {
  bestPeer,
  find,
  findResult,
  type Place,
  ratio,
  sizesOf,
} from "./find.ts";
import { GOALS, isMet, runtimesOf } from "./goals.ts";
import { format, table } from "./table.ts";

const TITLES = { node: "Node", bun: "Bun", deno: "Deno" };
const JSR_MISSING = "JSR could not be reached";

function count(number: number): string {
  return number.toLocaleString("en-US");
}

/** Those that a workload was run with, and those that it could not be run with. */
function present(results: Results, workload: Workload): Contender[] {
  return CONTENDERS.filter(({ id, jsr, sweeps }) =>
    results.results.some((result) =>
      result.workload === workload && result.contender === id
    ) || (jsr && !results.quick && (workload !== "due" || sweeps))
  );
}

function goals(results: Results): string {
  const runtimes = runtimesOf(results);
  const rows = GOALS.map((goal) => [
    goal.text,
    ...runtimes.map((runtime) => {
      const figure = goal.figure(results, runtime);
      if (figure === undefined) return "—";
      const limit = format(goal.limit[runtime]);
      const isMissed = !isMet(goal, runtime, figure);
      return isMissed
        ? `**${format(figure)}** of ${limit}`
        : `${format(figure)} of ${limit}`;
    }),
  ]);
  return `## Goals

\`ExpiringStore\` at 100,000 entries where nothing else is said: the figure, and what it
was to be at most. What is bold falls short.

${table(["", ...runtimes.map((runtime) => TITLES[runtime])], rows)}`;
}

/** One row of ratios for each thing that ours are compared with. */
function ratioRows(results: Results, place: Place): string[][] {
  const rows: string[][] = [];
  const add = (
    label: string,
    id: string,
    to: (figure: string) => number | undefined,
  ) => {
    const cells = OPERATIONS.map((figure) =>
      format(ratio(find(results, place, id, figure), to(figure)))
    );
    if (cells.some((cell) => cell !== "—")) rows.push([label, ...cells]);
  };
  for (const { id, title, kind } of CONTENDERS) {
    if (kind !== "ours") continue;
    for (const limit of CONTENDERS) {
      if (limit.kind !== "limit") continue;
      add(
        `${title} to ${limit.title}`,
        id,
        (figure) => find(results, place, limit.id, figure),
      );
    }
    add(
      `${title} to the best peer`,
      id,
      (figure) => bestPeer(results, place, figure)?.figure,
    );
  }
  add(
    "`InMemoryStorage` to `ExpiringStore`, strings",
    "in-memory-storage",
    (figure) => find(results, place, "expiring-store-strings", figure),
  );
  const peers = OPERATIONS.map((figure) => bestPeer(results, place, figure));
  if (rows.length > 0 && peers.some((peer) => peer)) {
    rows.push(["the best peer", ...peers.map((peer) => peer?.title ?? "—")]);
  }
  return rows;
}

function operations(results: Results): string {
  const parts = ["## Calls"];
  for (const runtime of runtimesOf(results)) {
    for (const size of sizesOf(results, "operations")) {
      const place: Place = { runtime, workload: "operations", size };
      const rows = present(results, "operations").map(({ id, title, jsr }) => {
        const problem = findResult(results, place, id)?.problem;
        const name = problem ? `${title} (${problem})` : title;
        const isMissing = jsr && !findResult(results, place, id);
        return [
          isMissing ? `${name} (${JSR_MISSING})` : name,
          ...OPERATIONS.map((figure) =>
            format(find(results, place, id, figure))
          ),
        ];
      });
      const where = `${TITLES[runtime]}, ${count(size)} entries`;
      parts.push(
        `### ${where}: ns a call`,
        table(["", ...OPERATIONS], rows),
      );
      const ratios = ratioRows(results, place);
      if (ratios.length === 0) continue;
      parts.push(`### ${where}: ratios`, table(["", ...OPERATIONS], ratios));
    }
  }
  return parts.join("\n\n");
}

/** A table with a column for each runtime and figure. */
function acrossRuntimes(
  results: Results,
  workload: Workload,
  figures: [name: string, title: string][],
  value: (place: Place, id: string, figure: string) => number | undefined = (
    place,
    id,
    figure,
  ) => find(results, place, id, figure),
): string {
  const size = sizesOf(results, workload).at(-1)!;
  const runtimes = runtimesOf(results);
  const head = runtimes.flatMap((runtime) =>
    figures.map(([, title]) => `${TITLES[runtime]}${title && `, ${title}`}`)
  );
  const rows = present(results, workload).map(({ id, title, jsr }) => {
    const outcomes = runtimes.map((runtime) =>
      findResult(results, { runtime, workload, size }, id)
    );
    const problem = jsr && outcomes.every((outcome) => !outcome)
      ? JSR_MISSING
      : outcomes.find((outcome) => outcome?.problem)?.problem;
    return [
      problem ? `${title} (${problem})` : title,
      ...runtimes.flatMap((runtime) =>
        figures.map(([name]) =>
          format(value({ runtime, workload, size }, id, name))
        )
      ),
    ];
  });
  return table(["", ...head], rows);
}

function memory(results: Results): string {
  const size = sizesOf(results, "memory").at(-1)!;
  const overMap = (place: Place, id: string, figure: string) => {
    const own = find(results, place, id, figure);
    const map = find(results, place, "map", figure);
    if (id === "map") return own;
    return own === undefined || map === undefined ? undefined : own - map;
  };
  return `## Memory

Bytes an entry at ${
    count(size)
  } live entries, beside keys and values: of the \`Map\` itself, and
what the others take more than that. Heap and buffers after a garbage collection.

${acrossRuntimes(results, "memory", [["bytes", ""]], overMap)}`;
}

function due(results: Results): string {
  const size = sizesOf(results, "due").at(-1)!;
  const parts = runtimesOf(results).map((runtime: RuntimeName) => {
    const place: Place = { runtime, workload: "due", size };
    const names = [
      ...["block", "block before", "cpu", "empty", "left", "wake-ups"],
    ];
    const rows = present(results, "due").map(({ id, title, jsr }) => {
      const result = findResult(results, place, id);
      const problem = result ? result.problem : jsr && JSR_MISSING;
      return [
        problem ? `${title} (${problem})` : title,
        ...names.map((name) => format(result?.medians[name])),
      ];
    });
    return `### ${TITLES[runtime]}\n\n${
      table([
        "",
        "longest block, ms",
        "the same before, ms",
        "CPU, ms",
        "empty after, ms",
        "left, bytes an entry",
        "idle wake-ups a second",
      ], rows)
    }`;
  });
  return `## ${count(size)} entries due in the same second

"The same before" is the longest block of half a second in which nothing was due: the noise of
the machine. "Empty after" counts from when the last entry was due. Stores that leave what
has expired in memory until it is read are not in these tables.

${parts.join("\n\n")}`;
}

function churn(results: Results): string {
  const size = sizesOf(results, "churn").at(-1)!;
  const figures: [string, string][] = [
    ["share", "% of a core"],
    ["block", "longest block, ms"],
  ];
  return `## Steady churn

${
    count(size)
  } live entries, of which 5,000 a second expire and as many are set. The \`Map\` expires
nothing: its row is what the setting and the waiting cost.

${acrossRuntimes(results, "churn", figures)}`;
}

function sizes(results: Results): string {
  const rows = Object.entries(results.sizes).map((
    [name, { minified, gzipped }],
  ) => [name, format(minified / 1000), format(gzipped / 1000)]);
  const size = table(["", "minified, kB", "and gzipped, kB"], rows);
  const packages = CONTENDERS.filter(({ id }) =>
    results.results.some((result) =>
      result.workload === "import" && result.contender === id
    )
  );
  const runtimes = runtimesOf(results);
  const times = table(
    ["", ...runtimes.map((runtime) => TITLES[runtime])],
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

function redis(results: Results): string {
  const size = sizesOf(results, "redis").at(-1)!;
  const names = [
    ["memory", "`InMemoryStorage`, awaited one by one"],
    ["redis", "`ioredis`, awaited one by one"],
    ["pipelined", "`ioredis`, in pipelines of 100"],
  ];
  const runtimes = runtimesOf(results);
  const calls = ["get", "setex"];
  const head = runtimes.flatMap((runtime) =>
    calls.map((call) => `${TITLES[runtime]}, ${call}`)
  );
  const rows = names.map(([name, title]) => [
    title,
    ...runtimes.flatMap((runtime) =>
      calls.map((call) => {
        const place: Place = { runtime, workload: "redis", size };
        const ns = find(
          results,
          place,
          "in-memory-storage",
          `${name} ${call}`,
        );
        return format(ns === undefined ? undefined : ns / 1000);
      })
    ),
  ]);
  return `## Beside a Redis server on loopback

µs a call.

${table(["", ...head], rows)}`;
}

function notes(): string {
  const lines = CONTENDERS.filter(({ note }) => note)
    .map(({ title, note }) => `- ${title}: ${note}`);
  return `## The contenders\n\n${lines.join("\n")}`;
}

function heading(results: Results): string {
  const { date, minutes, machine, versions, quick, rounds } = results;
  const { cpu, cores, memoryGB, system } = machine;
  const list = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`).join(", ");
  return `# Results of the benchmark

Measured on ${date} in ${minutes} minutes on ${cores} cores of ${cpu}, ${memoryGB} GB, ${system}${
    quick ? ", in a quick run" : ""
  }. Figures of calls are medians over ${rounds} processes each. [How it is measured](README.md).

Versions: ${list}.`;
}

/** The whole report. */
export function toMarkdown(results: Results): string {
  const ran = (workload: Workload) => sizesOf(results, workload).length > 0;
  const isWhole = ran("operations") && ran("memory") && ran("due");
  const parts = [
    heading(results),
    ...isWhole ? [goals(results)] : [],
    ...ran("operations") ? [operations(results)] : [],
    ...ran("due") ? [due(results)] : [],
    ...ran("churn") ? [churn(results)] : [],
    ...ran("memory") ? [memory(results)] : [],
    ...ran("import") ? [sizes(results)] : [],
    ...ran("redis") ? [redis(results)] : [],
    notes(),
  ];
  return `${parts.join("\n\n")}\n`;
}
