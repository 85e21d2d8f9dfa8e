/**
 * Where the pinned runtimes are: npm brings each as a package for one platform,
 * and the binary is found in there. (The packages `deno`, `bun` and `node` that
 * choose one would need install scripts, which newer npm versions do not run.)
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import process from "node:process";

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const PLATFORM = `${process.platform}-${process.arch}`;
const EXE = process.platform === "win32" ? ".exe" : "";
const DENO_TARGETS = {
  "linux-x64": "linux-x64-glibc",
  "linux-arm64": "linux-arm64-glibc",
};
const BUN_ARCH = { x64: "x64", arm64: "aarch64" };
const BUN_OS = { win32: "windows" };

/**
 * @param {string} name
 * @param {string} place its path below node_modules
 * @returns {string}
 */
function binary(name, place) {
  const path = join(ROOT, "node_modules", place);
  if (existsSync(path)) return path;
  throw new Error(
    `Cannot find ${name} for ${PLATFORM}: there is no "node_modules/${place}"`,
  );
}

const DENO = `@deno/${DENO_TARGETS[PLATFORM] ?? PLATFORM}/deno${EXE}`;

/** What an install has below node_modules when it left nothing out: one for each kind of dependency. */
export const DEPENDENCIES = [DENO, "typescript/package.json"];

/** @returns {string} the path of Deno's binary */
export function denoPath() {
  return binary("Deno", DENO);
}

/** @returns {string} the path of Bun's binary */
export function bunPath() {
  const os = BUN_OS[process.platform] ?? process.platform;
  const arch = BUN_ARCH[process.arch] ?? process.arch;
  return binary("Bun", `@oven/bun-${os}-${arch}/bin/bun${EXE}`);
}

/**
 * Node by its major version. Where npm has no such Node for this platform, the
 * Node that runs this will do if it is of that version.
 *
 * @param {20 | 24} major
 * @returns {string} the path of Node's binary
 */
export function nodePath(major) {
  const place = `node${major}-${PLATFORM}/bin/node${EXE}`;
  try {
    return binary(`Node ${major}`, place);
  } catch (error) {
    const running = Number(process.versions.node.split(".")[0]);
    if (running === major) return process.execPath;
    throw error;
  }
}

/**
 * Where Chromium is: what `CHROMIUM` names, else Debian's.
 *
 * @returns {string | undefined} nothing if there is none and `MAYFLY_REQUIRE_CHROMIUM` is not set
 */
export function chromiumPath() {
  const path = process.env.CHROMIUM || "/usr/bin/chromium";
  const isWanted = process.env.MAYFLY_REQUIRE_CHROMIUM || existsSync(path);
  return isWanted ? path : undefined;
}

/**
 * What keeps a program from asking a proxy for this machine's own addresses, to which it has no way.
 *
 * @returns {Record<string, string>} to be added to the environment of the program
 */
export function withoutProxy() {
  return Object.fromEntries(["NO_PROXY", "no_proxy"].map((name) => [
    name,
    [process.env[name], "127.0.0.1,localhost"].filter(Boolean).join(),
  ]));
}
