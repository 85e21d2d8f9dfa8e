/**
 * Which file in `tests/tools/stand_ins` stands in for which module of JSR.
 * (`tsconfig.json` says the same to Bun.)
 */
import { join } from "node:path";
import { ROOT } from "./runtimes.js";

/** @type {Record<string, { version: string, exports: Record<string, string> }>} */
export const STAND_INS = {
  "@std/assert": { version: "1.0.0", exports: { ".": "assert.ts" } },
  "@std/log": { version: "0.224.14", exports: { ".": "log.ts" } },
  "@std/testing": {
    version: "1.0.0",
    exports: { "./bdd": "testing_bdd.ts", "./time": "testing_time.ts" },
  },
};

/** Where the stand-ins are. */
export const STAND_IN_FOLDER = join(ROOT, "tests", "tools", "stand_ins");

/**
 * @param {string} specifier such as "@std/testing/bdd", or its name on npm
 * @returns {string | undefined} the path of the file that stands in for it
 */
export function standInOf(specifier) {
  const wanted = specifier.replace(/^@jsr\/std__/, "@std/");
  for (const [name, { exports }] of Object.entries(STAND_INS)) {
    for (const [key, file] of Object.entries(exports)) {
      if (wanted === name + key.slice(1)) return join(STAND_IN_FOLDER, file);
    }
  }
}
