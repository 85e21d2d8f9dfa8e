/**
 * Preloaded on Node: `@mayfly/store`, and the files behind it that tests reach
 * by a relative path, resolve to the packed artefact in `MAYFLY_ARTEFACT`, and
 * `@std/*` to the stand-ins.
 */
import { existsSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ROOT } from "./runtimes.js";
import { standInOf } from "./stand_ins.js";

const artefact = process.env.MAYFLY_ARTEFACT;
if (!artefact) throw new Error("Cannot resolve: MAYFLY_ARTEFACT is not set");
const { exports } = JSON.parse(
  readFileSync(join(artefact, "package.json"), "utf8"),
);
const NAME = "@mayfly/store";
const SOURCE = pathToFileURL(join(ROOT, "src/")).href;
const MOD = pathToFileURL(join(ROOT, "mod.ts")).href;

/** @param {string} path */
function found(path) {
  return { url: pathToFileURL(path).href, shortCircuit: true };
}

registerHooks({
  resolve(specifier, context, nextResolve) {
    const standIn = standInOf(specifier);
    if (standIn) return found(standIn);
    if (specifier === NAME || specifier.startsWith(`${NAME}/`)) {
      const entry = exports[`.${specifier.slice(NAME.length)}`];
      if (entry) return found(join(artefact, entry.import));
    }
    const result = nextResolve(specifier, context);
    if (result.url === MOD || result.url.startsWith(SOURCE)) {
      // What no entry point reaches is not compiled: then the source it is.
      const path = relative(ROOT, fileURLToPath(result.url));
      const packed = join(artefact, path.replace(/\.ts$/, ".js"));
      if (existsSync(packed)) return found(packed);
    }
    return result;
  },
});
