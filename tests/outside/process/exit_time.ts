/**
 * Prints, for each runtime, how long a process with live entries takes to exit
 * after its last line:
 *
 *     npm run exit-time -- [entries] [runs]
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { pack } from "../../tools/artefact.ts";
import { startRegistry } from "../../tools/jsr.ts";
import { bunPath, denoPath, nodePath, ROOT } from "../../tools/runtimes.js";

const folder = mkdtempSync(join(ROOT, "node_modules", ".exit-time-"));
const registry = await startRegistry();
try {
  const env = { ...process.env, ...registry.env };
  const MAYFLY_ARTEFACT = await pack(folder, env);
  const measure = fileURLToPath(new URL("measure_exit.ts", import.meta.url));
  const hooks = new URL("../../tools/node_hooks.js", import.meta.url).href;
  const commands: [command: string, ...args: string[]][] = [
    [denoPath(), "run", "--quiet", "--no-check", "--allow-all"],
    [bunPath()],
    [nodePath(24), `--import=${hooks}`],
  ];
  for (const [command, ...args] of commands) {
    spawnSync(command, [...args, measure, ...process.argv.slice(2)], {
      cwd: ROOT,
      env: { ...env, MAYFLY_ARTEFACT },
      stdio: "inherit",
    });
  }
} finally {
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
}
