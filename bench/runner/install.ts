/** Installs what the benchmark needs beside the project's own dependencies. */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

function modified(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return -1;
  }
}

/** `npm ci` in `folder`, unless that is done. */
export function install(folder: string): void {
  const lock = join(folder, "package-lock.json");
  // npm writes this file last, so it is missing when an install broke off.
  const installed = join(folder, "node_modules", ".package-lock.json");
  if (modified(installed) >= modified(lock)) return;
  console.error("Installing what the benchmark needs (npm ci in bench) ...");
  const args = [
    ...["ci", "--no-audit", "--no-fund", "--ignore-scripts"],
    "--loglevel=error",
  ];
  const npm = process.env["npm_execpath"];
  const options = { cwd: folder, stdio: ["ignore", 2, 2] as ["ignore", 2, 2] };
  const result = npm?.endsWith("js")
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync("npm", args, { ...options, shell: true });
  if (result.status === 0) return;
  throw new Error("Cannot install what the benchmark needs: npm ci failed");
}
