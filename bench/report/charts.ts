/**
 * The charts of the README. They are narrow, so that they can be read on a phone,
 * with a panel for each runtime and the fastest on top.
 */
import { CONTENDERS } from "../contenders/contenders.ts";
import type { Results } from "../runner/results.ts";
import type { Workload } from "../workloads/job.ts";
import {
  Figures,
  format,
  legendOf,
  marksOf,
  RUNTIME_TITLES,
  runtimesOf,
} from "./find.ts";

/** One figure of every contender on every runtime. */
interface Chart {
  name: string;
  title: string;
  unit: string;
  workload: Workload;
  figure: string;
}

const CHARTS: readonly Chart[] = [
  {
    name: "longest_block",
    title: "A million entries due in one second",
    unit: "longest block of the event loop, ms",
    ...{ workload: "due", figure: "block" },
  },
  {
    name: "get_hit",
    title: "Read an entry that is there",
    unit: "ns of CPU a call, 100,000 entries",
    ...{ workload: "calls", figure: "get hit" },
  },
];

const THEMES = {
  light: {
    ...{ background: "#ffffff", ink: "#1f2328", faint: "#59636e" },
    ...{ ours: "#c2410c", limit: "#6e7781", peer: "#9db7d5" },
  },
  dark: {
    ...{ background: "#0d1117", ink: "#e6edf3", faint: "#9198a1" },
    ...{ ours: "#fb923c", limit: "#7d8590", peer: "#3d5a80" },
  },
};
const KINDS = {
  ours: "Mayfly",
  peer: "other stores",
  limit: "plain Map (lower bound)",
};

const WIDTH = 400;
const MARGIN = 12;
const LABEL = 148;
const ROW = 19;
const NUMBER = 50;

function panelsOf(results: Results, { workload, figure }: Chart) {
  return runtimesOf(results).map((runtime) => {
    const figures = new Figures(results, runtime, workload);
    const bars = CONTENDERS.flatMap((contender) => {
      const value = figures.find(contender, figure);
      if (value === undefined) return [];
      const title = contender.title.replaceAll("`", "");
      const marks = marksOf(contender, workload);
      return [{ title, marks, kind: contender.kind, value }];
    }).sort((a, b) => a.value - b.value);
    return { title: RUNTIME_TITLES[runtime], bars };
  }).filter(({ bars }) => bars.length > 0);
}

type Panels = ReturnType<typeof panelsOf>;

/** A chart in words, for who cannot see it. */
function describe(chart: Chart, panels: Panels): string {
  const parts = panels.map(({ title, bars }) =>
    `${title}: ${
      bars.map(({ title, value }) => `${title} ${format(value)}`).join(", ")
    }`
  );
  return `${chart.title}, ${chart.unit}. ${parts.join(". ")}.`;
}

function draw(
  chart: Chart,
  panels: Panels,
  theme: typeof THEMES.light,
): string {
  const parts: string[] = [];
  const write = (x: number, y: number, size: number, text: string, more = "") =>
    parts.push(
      `<text x="${x}" y="${y}" font-size="${size}" ${more}>${text}</text>`,
    );
  const box = (x: number, y: number, width: number, fill: string) =>
    parts.push(
      `<rect x="${x}" y="${y}" width="${
        width.toFixed(1)
      }" height="12" rx="2" fill="${fill}"/>`,
    );
  const faint = `fill="${theme.faint}"`;
  let y = 28;
  write(MARGIN, y, 17, chart.title, 'font-weight="600"');
  write(MARGIN, y += 20, 13, `${chart.unit}; shorter is better`, faint);
  y += 16;
  const bars = panels.flatMap(({ bars }) => bars);
  let x = MARGIN;
  for (const kind of ["ours", "peer", "limit"] as const) {
    box(x, y, 12, theme[kind]);
    write(x + 17, y + 11, 13, KINDS[kind]);
    x += 32 + KINDS[kind].length * 7.2;
  }
  y += 14;
  const most = Math.max(...bars.map(({ value }) => value));
  const room = WIDTH - MARGIN * 2 - LABEL - NUMBER;
  for (const { title, bars } of panels) {
    write(MARGIN, y += 24, 14, title, 'font-weight="600"');
    y += 8;
    for (const { title, marks, kind, value } of bars) {
      const width = Math.max(value / most * room, 1);
      const weight = kind === "ours" ? 'font-weight="600"' : "";
      write(MARGIN, y + 11, 12.5, title + marks, weight);
      box(MARGIN + LABEL, y, width, theme[kind]);
      write(MARGIN + LABEL + width + 5, y + 11, 12.5, format(value), weight);
      y += ROW;
    }
  }
  y += 18;
  const marks = bars.map(({ marks }) => marks).join();
  for (const line of legendOf(marks).replaceAll("`", "").split("; ")) {
    write(MARGIN, y, 11.5, line, faint);
    y += 15;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-label="${
    describe(chart, panels)
  }" font-family="system-ui, sans-serif" fill="${theme.ink}">
<rect width="${WIDTH}" height="${y}" fill="${theme.background}"/>
${parts.join("\n")}
</svg>
`;
}

/** The charts for which there are figures, by the name of their file: each on a light and a dark ground. */
export function drawCharts(results: Results): Map<string, string> {
  const files = new Map<string, string>();
  for (const chart of CHARTS) {
    const panels = panelsOf(results, chart);
    if (panels.length === 0) continue;
    for (const [name, theme] of Object.entries(THEMES)) {
      files.set(`${chart.name}_${name}.svg`, draw(chart, panels, theme));
    }
  }
  return files;
}
