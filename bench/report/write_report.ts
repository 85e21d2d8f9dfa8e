/** Writes a run to files: JSON, Markdown made from it, and charts. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { denoPath, ROOT } from "../../tests/tools/runtimes.js";
import { merge, type Results } from "../runner/results.ts";
import { drawCharts } from "./charts.ts";
import { toMarkdown } from "./markdown.ts";

/** Writes the report to `folder`, over what it has of the same; without `results`, that of the JSON which is there. */
export function writeReport(folder: string, results?: Results): void {
  const json = join(folder, "results.json");
  const markdown = join(folder, "results.md");
  const charts = join(folder, "charts");
  mkdirSync(charts, { recursive: true });
  const earlier: Results | undefined = existsSync(json)
    ? JSON.parse(readFileSync(json, "utf8"))
    : undefined;
  const whole = results && earlier
    ? merge(results, earlier)
    : results ?? earlier;
  if (!whole) throw new Error(`Cannot write the report: no file "${json}"`);
  writeFileSync(json, JSON.stringify(whole, null, 2));
  writeFileSync(markdown, toMarkdown(whole));
  const files = drawCharts(whole);
  for (const [name, svg] of files) writeFileSync(join(charts, name), svg);
  // As the project's own formatter would have them.
  const names = [...files.keys()].map((name) => join(charts, name));
  const args = ["fmt", "--quiet", json, markdown, ...names];
  spawnSync(denoPath(), args, { cwd: ROOT });
  console.log(`Written: ${markdown}, ${json} and the charts in ${charts}`);
}
