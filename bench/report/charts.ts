/**
 * The charts of the README. They are narrow, so that they can be read on a phone,
 * with a panel for each runtime and the fastest on top, and say what they leave out.
 */
import { CONTENDERS } from "../contenders/contenders.ts";
import type { RuntimeName } from "../runner/options.ts";
import type { Results } from "../runner/results.ts";
import type { Workload } from "../workloads/job.ts";
import {
  find,
  findOverMap,
  findResult,
  isOfProcess,
  legendOf,
  marksOf,
  type Place,
  RUNTIME_TITLES,
  runtimesOf,
  sizesOf,
} from "./find.ts";
import { format } from "./table.ts";

/** A chart: one figure of every contender on every runtime. */
interface Chart {
  name: string;
  title: string;
  unit: string;
  workload: Workload;
  figure: string;
  /** What the `Map` takes is taken off. */
  overMap?: true;
}

interface Bar {
  title: string;
  kind: "ours" | "limit" | "peer";
  value: number;
}

interface Panel {
  runtime: RuntimeName;
  bars: Bar[];
  /** Why some are not shown. */
  omitted: string[];
}

const CHARTS: readonly Chart[] = [
  {
    name: "get_hit",
    title: "Read an entry that is there",
    unit: "ns of CPU a call, 100,000 entries",
    ...{ workload: "calls", figure: "get hit" },
  },
  {
    name: "set_new",
    title: "Set a new entry",
    unit: "ns of CPU a call, 100,000 entries",
    ...{ workload: "calls", figure: "set new" },
  },
  {
    name: "longest_block",
    title: "A million entries due in one second",
    unit: "longest block of the event loop, ms",
    ...{ workload: "due", figure: "block" },
  },
  {
    name: "memory",
    title: "Memory over that of a Map",
    unit: "bytes an entry, a million entries",
    ...{ workload: "memory", figure: "bytes", overMap: true },
  },
];

const THEMES = {
  light: {
    ...{ background: "#ffffff", ink: "#1f2328", faint: "#59636e" },
    colors: { ours: "#c2410c", limit: "#6e7781", peer: "#9db7d5" },
  },
  dark: {
    ...{ background: "#0d1117", ink: "#e6edf3", faint: "#9198a1" },
    colors: { ours: "#fb923c", limit: "#7d8590", peer: "#3d5a80" },
  },
};
const KINDS = {
  ours: "Mayfly",
  peer: "other stores",
  limit: "no store: limit",
};

const WIDTH = 400;
const MARGIN = 12;
const LABEL = 148;
const ROW = 19;
const NUMBER = 62;
/** A bar that is longer than this many of the longest of ours is cut off. */
const LONG = 2;
/** Characters in a line of small text. */
const LINE = 62;

function titleOf(title: string): string {
  return title.replaceAll("`", "");
}

function panelOf(results: Results, chart: Chart, runtime: RuntimeName): Panel {
  const { workload, figure, overMap } = chart;
  const sizes = sizesOf(results, workload);
  const size = workload === "calls" ? sizes[0] : sizes.at(-1) ?? 0;
  const place: Place = { runtime, workload, size };
  const bars: Bar[] = [];
  const omitted: string[] = [];
  for (const contender of CONTENDERS) {
    const { id, title, kind } = contender;
    const value = overMap
      ? findOverMap(results, place, contender)
      : find(results, place, id, figure);
    const problem = findResult(results, place, id)?.problem;
    if (problem) omitted.push(`${titleOf(title)}: ${problem}`);
    if (value === undefined || (overMap && id === "map")) continue;
    const mark = overMap && isOfProcess(place, contender) ? "¶" : "";
    const name = titleOf(title) + marksOf(contender, workload) + mark;
    bars.push({ title: name, kind, value });
  }
  bars.sort((a, b) => a.value - b.value);
  return { runtime, bars, omitted };
}

/** What is in a chart, in words. */
function describe(chart: Chart, panels: Panel[]): string {
  const parts = panels.map(({ runtime, bars }) =>
    `${RUNTIME_TITLES[runtime]}: ${
      bars.map(({ title, value }) =>
        `${title.replace(/[†‡§¶]+$/, "")} ${format(value)}`
      ).join(", ")
    }`
  );
  return `${chart.title}, ${chart.unit}. ${parts.join(". ")}.`;
}

/** What is not in a chart, and what its marks say, in short lines. */
function footer(chart: Chart, panels: Panel[]): string[] {
  const shown = panels.flatMap(({ bars }) => bars.map(({ title }) => title));
  const texts = [legendOf(shown.join()).replaceAll("`", "")];
  if (shown.some((title) => title.endsWith("¶"))) {
    texts.push("¶ of the process, not of the heap");
  }
  if (chart.workload === "due") {
    const idle = CONTENDERS.filter((c) => c.kind === "peer" && !c.sweeps);
    const names = idle.map(({ title }) => titleOf(title)).join(", ");
    texts.push(`Not shown, as they free nothing by themselves: ${names}`);
  }
  for (const { runtime, omitted } of panels) {
    for (const text of omitted) {
      texts.push(`${RUNTIME_TITLES[runtime]}, ${text}`);
    }
  }
  return texts.filter(Boolean).flatMap(wrap);
}

function wrap(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1)!.length + word.length > LINE) lines.push("");
    lines[lines.length - 1] += `${lines.at(-1) && " "}${word}`;
  }
  return lines;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function draw(
  chart: Chart,
  panels: Panel[],
  theme: typeof THEMES.light,
): string {
  const parts: string[] = [];
  const { ink, faint, colors } = theme;
  const write = (x: number, y: number, size: number, text: string, more = "") =>
    parts.push(
      `<text x="${x}" y="${y}" font-size="${size}" ${more}>${
        escape(text)
      }</text>`,
    );
  const box = (x: number, y: number, width: number, fill: string) =>
    parts.push(
      `<rect x="${x}" y="${y}" width="${
        width.toFixed(1)
      }" height="12" rx="2" fill="${fill}"/>`,
    );
  let y = 28;
  write(MARGIN, y, 17, chart.title, 'font-weight="600"');
  const unit = `${chart.unit}; shorter is better`;
  write(MARGIN, y += 20, 13, unit, `fill="${faint}"`);
  y += 16;
  const kinds = new Set(panels.flatMap(({ bars }) => bars.map((b) => b.kind)));
  let x = MARGIN;
  for (const [kind, text] of Object.entries(KINDS)) {
    if (!kinds.has(kind as Bar["kind"])) continue;
    box(x, y, 12, colors[kind as Bar["kind"]]);
    write(x + 17, y + 11, 13, text);
    x += 32 + text.length * 7.2;
  }
  y += 14;
  const all = panels.flatMap(({ bars }) => bars);
  const longest = (bars: Bar[]) => Math.max(...bars.map(({ value }) => value));
  const ours = longest(all.filter(({ kind }) => kind !== "peer"));
  const most = Math.min(longest(all), LONG * ours);
  const room = WIDTH - MARGIN * 2 - LABEL - NUMBER;
  for (const { runtime, bars } of panels) {
    write(MARGIN, y += 24, 14, RUNTIME_TITLES[runtime], 'font-weight="600"');
    y += 8;
    for (const { title, kind, value } of bars) {
      const width = Math.max(Math.min(value, most) / most, 0) * room;
      const weight = kind === "ours" ? 'font-weight="600"' : "";
      write(MARGIN, y + 11, 12.5, title, weight);
      box(MARGIN + LABEL, y, Math.max(width, 1), colors[kind]);
      const text = format(value) + (value > most ? " ▸" : "");
      write(MARGIN + LABEL + width + 5, y + 11, 12.5, text, weight);
      y += ROW;
    }
  }
  y += 18;
  const cut = all.some(({ value }) => value > most)
    ? ["▸ longer than there is room for"]
    : [];
  for (const line of [...cut, ...footer(chart, panels)]) {
    write(MARGIN, y, 11.5, line, `fill="${faint}"`);
    y += 15;
  }
  const text = escape(describe(chart, panels)).replaceAll('"', "&quot;");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-label="${text}" font-family="system-ui, sans-serif" fill="${ink}">
<rect width="${WIDTH}" height="${y}" fill="${theme.background}"/>
${parts.join("\n")}
</svg>
`;
}

/** All charts for which there are figures: their alternative texts, and files by name, each on a light and a dark ground. */
export function drawCharts(
  results: Results,
): { texts: Map<string, string>; files: Map<string, string> } {
  const files = new Map<string, string>();
  const texts = new Map<string, string>();
  for (const chart of CHARTS) {
    const panels = runtimesOf(results)
      .map((runtime) => panelOf(results, chart, runtime))
      .filter(({ bars }) => bars.length > 0);
    if (panels.length === 0) continue;
    texts.set(chart.name, describe(chart, panels));
    for (const [name, theme] of Object.entries(THEMES)) {
      files.set(`${chart.name}_${name}.svg`, draw(chart, panels, theme));
    }
  }
  return { texts, files };
}
