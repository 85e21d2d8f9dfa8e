/** Writes a run to files: JSON, Markdown made from it, and charts. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { denoPath, ROOT } from "../../tests/tools/runtimes.js";
import type { Results } from "../runner/results.ts";
import { drawCharts } from "./charts.ts";
import { toMarkdown } from "./markdown.ts";

/** Writes the report to `folder`; without `results`, that of the JSON which is there. */
export async function writeReport(
  folder: string,
  results?: Results,
): Promise<void> {
  const json = join(folder, "results.json");
  const markdown = join(folder, "results.md");
  const charts = join(folder, "charts");
  mkdirSync(charts, { recursive: true });
  results ??= JSON.parse(readFileSync(json, "utf8")) as Results;
  writeFileSync(json, JSON.stringify(results, null, 2));
  writeFileSync(markdown, toMarkdown(results));
  const pictures = await drawCharts(results);
  for (const [name, svg] of pictures) writeFileSync(join(charts, name), svg);
  // As the project's own formatter would have them.
  const files = [...pictures.keys()].map((name) => join(charts, name));
  const args = ["fmt", "--quiet", json, markdown, ...files];
  spawnSync(denoPath(), args, { cwd: ROOT });
  console.log(`Written: ${markdown}, ${json} and the charts in ${charts}`);
}
