/** The charts of the README, drawn from the figures by Observable Plot. */
import { CONTENDERS } from "../contenders/contenders.ts";
import { load } from "../contenders/_load.ts";
import type { Results } from "../runner/results.ts";
import type { Workload } from "../workloads/job.ts";
import { find, sizesOf } from "./find.ts";
import { runtimesOf } from "./goals.ts";
import { format } from "./table.ts";

/** A chart: one figure of every contender on every runtime. */
interface Chart {
  name: string;
  title: string;
  workload: Workload;
  /** The number of live entries; by default the largest that was run. */
  size?: number;
  figure: string;
  /** A logarithmic scale, where the figures differ by orders of magnitude. */
  log?: true;
  /** What the `Map` takes is taken off. */
  overMap?: true;
}

interface Bar {
  runtime: string;
  title: string;
  kind: string;
  value: number;
}

interface Theme {
  background: string;
  ink: string;
  colors: { ours: string; limit: string; peer: string };
}

const CHARTS: readonly Chart[] = [
  {
    name: "get_hit",
    title: "Read an entry that is there: ns a call, 100,000 entries",
    ...{ workload: "operations", size: 100_000, figure: "get hit" },
  },
  {
    name: "set_new",
    title: "Set a new entry: ns a call, 100,000 entries",
    ...{ workload: "operations", size: 100_000, figure: "set new" },
  },
  {
    name: "longest_block",
    title:
      "A million entries due in the same second: longest block of the event loop, ms (logarithmic)",
    ...{ workload: "due", figure: "block", log: true },
  },
  {
    name: "memory",
    title: "Memory over that of a Map: bytes an entry, a million entries",
    ...{ workload: "memory", figure: "bytes", overMap: true },
  },
];

const THEMES: Record<"light" | "dark", Theme> = {
  light: {
    background: "#ffffff",
    ink: "#1f2328",
    colors: { ours: "#c2410c", limit: "#6e7781", peer: "#9db7d5" },
  },
  dark: {
    background: "#0d1117",
    ink: "#e6edf3",
    colors: { ours: "#fb923c", limit: "#7d8590", peer: "#3d5a80" },
  },
};

const RUNTIME_TITLES = { node: "Node", bun: "Bun", deno: "Deno" };
const WIDTH = 900;
const BAR = 24;
/** A bar that is longer than this many of the longest that matter is cut off. */
const LONG = 3;
const SVG = "http://www.w3.org/2000/svg";
const LEGEND = [["ours", "Mayfly"], ["peer", "other stores"], [
  "limit",
  "limits",
]] as const;
/** Nothing is shown below this on a logarithmic scale. */
const LEAST = 1;

function barsOf(results: Results, chart: Chart): Bar[] {
  const { workload, figure } = chart;
  const size = chart.size ?? sizesOf(results, workload).at(-1) ?? 0;
  const bars: Bar[] = [];
  for (const runtime of runtimesOf(results)) {
    const place = { runtime, workload, size };
    const map = find(results, place, "map", figure) ?? 0;
    for (const { id, title, kind } of CONTENDERS) {
      const found = find(results, place, id, figure);
      if (found === undefined || (chart.overMap && id === "map")) continue;
      // The one with strings is there to be compared with the storage, in the tables.
      if (id === "expiring-store-strings") continue;
      bars.push({
        runtime: RUNTIME_TITLES[runtime],
        title: title.replaceAll("`", ""),
        kind,
        value: chart.overMap ? found - map : found,
      });
    }
  }
  return bars;
}

/** How far the bars go. */
function longestShown({ log }: Chart, bars: Bar[]): number {
  const longest = (some: Bar[]) => Math.max(...some.map(({ value }) => value));
  const most = longest(bars);
  const relevant = bars.filter(({ kind }) => kind !== "peer");
  return log ? most : Math.min(most, LONG * longest(relevant));
}

async function draw(chart: Chart, bars: Bar[], theme: Theme): Promise<string> {
  const Plot = await load("@observablehq/plot");
  const { parseHTML } = await load("linkedom");
  const { document } = parseHTML("<html><body></body></html>");
  const titles = [...new Set(bars.map(({ title }) => title))];
  const runtimes = [...new Set(bars.map(({ runtime }) => runtime))];
  const { colors, ink, background } = theme;
  const most = longestShown(chart, bars);
  const least = chart.log ? LEAST : 0;
  const shown = (bar: Bar) => Math.min(Math.max(bar.value, least), most);
  const plot = Plot.plot({
    document,
    width: WIDTH,
    height: titles.length * BAR + 100,
    marginLeft: 160,
    marginRight: 48,
    marginTop: 84,
    marginBottom: 12,
    style: {
      background,
      color: ink,
      fontFamily: "system-ui, sans-serif",
      fontSize: "13px",
    },
    fx: { axis: "top", domain: runtimes, label: null, padding: 0.12 },
    x: {
      // Room for the number behind the longest bar.
      domain: [least, chart.log ? most * 4 : most * 1.2],
      ...chart.log ? { type: "log" } : {},
      axis: null,
    },
    y: { domain: titles, label: null, tickSize: 0, padding: 0.22 },
    marks: [
      Plot.barX(bars, {
        ...{ fx: "runtime", y: "title", x1: least, x2: shown },
        fill: ({ kind }: Bar) => colors[kind as keyof typeof colors],
      }),
      Plot.text(bars, {
        ...{ fx: "runtime", y: "title", x: shown },
        text: ({ value }: Bar) => format(value) + (value > most ? " ▸" : ""),
        ...{ textAnchor: "start", dx: 4, fill: ink, fontSize: 11 },
      }),
    ],
  });
  const add = (name: string, attributes: Record<string, string | number>) => {
    const element = document.createElementNS(SVG, name);
    for (const [name, value] of Object.entries(attributes)) {
      element.setAttribute(name, String(value));
    }
    plot.insertBefore(element, plot.lastChild);
    return element;
  };
  const ground = add("rect", {
    width: "100%",
    height: "100%",
    fill: background,
  });
  plot.prepend(ground);
  const write = (text: string, x: number, y: number, style = {}) => {
    const place = { x, y, "text-anchor": "start", fill: ink };
    add("text", { ...place, ...style }).textContent = text;
  };
  write(chart.title, 12, 24, { "font-size": 15, "font-weight": 600 });
  for (const [i, [kind, text]] of LEGEND.entries()) {
    const x = 12 + i * 110;
    add("rect", { x, y: 37, width: 11, height: 11, fill: colors[kind] });
    write(text, x + 16, 47, { "font-size": 12 });
  }
  plot.setAttribute("xmlns", SVG);
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", chart.title);
  return `${plot.outerHTML}\n`;
}

/** All charts for which there are figures, by file name: each on a light and on a dark ground. */
export async function drawCharts(
  results: Results,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const chart of CHARTS) {
    const bars = barsOf(results, chart);
    if (bars.length === 0) continue;
    for (const [name, theme] of Object.entries(THEMES)) {
      files.set(`${chart.name}_${name}.svg`, await draw(chart, bars, theme));
    }
  }
  return files;
}
