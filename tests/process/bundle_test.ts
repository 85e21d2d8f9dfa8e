import { assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { buildSync } from "esbuild";
import { fileURLToPath } from "node:url";
import process from "node:process";
import { gzipSync } from "node:zlib";

/** What npm users get, where the gate has packed it, else the source. */
const packed = process.env.MAYFLY_ARTEFACT;
const folder = packed ?? fileURLToPath(new URL("../..", import.meta.url));
const extension = packed === undefined ? "ts" : "js";

/** How many bytes a program that uses one name of a module has, minified and gzipped. */
function bundle(name: string, path: string): { size: number; text: string } {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `import { ${name} } from "./${path}.${extension}";
        globalThis.used = ${name};`,
      resolveDir: folder,
    },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  const { contents, text } = outputFiles[0];
  return { size: gzipSync(contents, { level: 9 }).length, text };
}

describe("a bundle", () => {
  it("of ExpiringStore alone is small", () => {
    assertLess(bundle("ExpiringStore", "src/store/expiring_store").size, 9600);
  });

  it("of ExpiringStore from the main entry has nothing of the storage", () => {
    const alone = bundle("ExpiringStore", "src/store/expiring_store");
    const { size } = bundle("ExpiringStore", "mod");
    assertLess(size, 1.05 * alone.size);
  });
});
