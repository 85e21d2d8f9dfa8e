/** What a package weighs in a program that bundles it. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { CONTENDERS } from "../contenders/contenders.ts";
import { load } from "../contenders/_load.ts";

/** Bytes. */
export interface Size {
  minified: number;
  gzipped: number;
}

const BENCH = dirname(dirname(fileURLToPath(import.meta.url)));

/** The names of what is bundled, and the source of it. */
function sources(): Map<string, string> {
  const core = JSON.stringify(join(BENCH, "..", "mod.ts"));
  const found = new Map([
    ["`@mayfly/store`, all of it", `export * from ${core};`],
    ["`ExpiringStore` alone", `export { ExpiringStore } from ${core};`],
  ]);
  for (const { entry, exported } of CONTENDERS) {
    if (entry === undefined || found.has(`\`${entry}\``)) continue;
    found.set(`\`${entry}\``, `export { ${exported} } from "${entry}";`);
  }
  return found;
}

/** The sizes of all packages, each bundled with what it depends on. */
export async function measureSizes(): Promise<Record<string, Size>> {
  const { build } = await load("esbuild");
  const sizes: Record<string, Size> = {};
  for (const [name, contents] of sources()) {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: BENCH, loader: "ts" },
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      target: "es2024",
      platform: "node",
      logLevel: "silent",
    });
    const bundle: Uint8Array = outputFiles[0].contents;
    sizes[name] = {
      minified: bundle.length,
      gzipped: gzipSync(bundle, { level: 9 }).length,
    };
  }
  return sizes;
}
