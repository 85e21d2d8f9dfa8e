import { assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { buildSync } from "esbuild";
import {
  copyFileSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** What npm users get, where the gate has packed it, else the source. */
const packed = process.env.MAYFLY_ARTEFACT;
const folder = packed ?? fileURLToPath(new URL("../../..", import.meta.url));
const extension = packed === undefined ? "ts" : "js";

/** How many bytes a program that uses one name of a module has, minified and gzipped. */
function bundle(name: string, path: string, from: string = folder): number {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `import { ${name} } from "./${path}.${extension}";
        globalThis.used = ${name};`,
      resolveDir: from,
    },
    bundle: true,
    preserveSymlinks: true,
    minify: true,
    format: "esm",
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

describe("a bundle", () => {
  it("of ExpiringStore alone is small", () => {
    assertLess(bundle("ExpiringStore", "src/store/expiring_store"), 8700);
  });

  it("of ExpiringStore from the package on npm has nothing of the storage", () => {
    const npm = mkdtempSync(join(tmpdir(), "mayfly-bundle-"));
    try {
      // As the manifest of the package on npm says.
      writeFileSync(join(npm, "package.json"), '{ "sideEffects": false }');
      copyFileSync(
        join(folder, `mod.${extension}`),
        join(npm, `mod.${extension}`),
      );
      symlinkSync(join(folder, "src"), join(npm, "src"), "junction");
      const alone = bundle("ExpiringStore", "src/store/expiring_store");
      assertLess(bundle("ExpiringStore", "mod", npm), 1.05 * alone);
    } finally {
      rmSync(npm, { recursive: true });
    }
  });
});
