/** Installs npm dependencies into a folder of the repository where they are missing or out of date. */
import { spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";

/** @param {string} path */
function modified(path) {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return -1;
  }
}

/** @param {string} folder a folder, which is made where it is missing */
function isWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs `npm ci` in a folder, unless that is done.
 *
 * @param {string} folder the folder of a `package-lock.json`
 * @param {string[]} needed paths below `node_modules` that an install which left something out
 * (`NODE_ENV=production`, `npm_config_omit`) does not have
 */
export function install(folder, needed = []) {
  const modules = join(folder, "node_modules");
  // npm writes this file last, so it is missing when an install broke off.
  const installed = modified(join(modules, ".package-lock.json"));
  if (
    installed >= modified(join(folder, "package-lock.json")) &&
    needed.every((path) => existsSync(join(modules, path)))
  ) return;
  process.stderr.write(
    "Installing the development dependencies (npm ci) ...\n",
  );
  const args = [
    ...["ci", "--include=dev", "--include=optional"],
    ...["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
  ];
  // Without a home that can be written, as a user without rights, npm has no place for its cache.
  const cache = isWritable(process.env.npm_config_cache ?? homedir())
    ? undefined
    : mkdtempSync(join(tmpdir(), "mayfly-npm-"));
  const env = cache ? { ...process.env, npm_config_cache: cache } : process.env;
  // Set by yarn and pnpm as well, to programs that know other options.
  const npm = process.env.npm_execpath ?? "";
  const options = { cwd: folder, env, stdio: ["ignore", 2, 2] };
  const result = basename(npm) === "npm-cli.js"
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync(["npm", ...args].join(" "), { ...options, shell: true });
  if (cache) rmSync(cache, { recursive: true, force: true });
  if (result.status === 0) return;
  process.stderr.write(
    `Cannot install the dependencies: "npm ci" failed in ${folder}\n`,
  );
  process.exit(1);
}
