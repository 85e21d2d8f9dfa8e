/** `@std/cache`, where JSR can be reached: bundled by Deno, so that all runtimes can import it. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { denoPath } from "../../tests/tools/runtimes.js";

const META = "https://jsr.io/@std/cache/meta.json";
const SECONDS = 5;

/** The bundle's address, or `undefined` where JSR cannot be reached. */
export async function bundleStdCache(
  folder: string,
): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(SECONDS * 1000);
    const { ok } = await fetch(META, { signal });
    if (!ok) return undefined;
  } catch {
    return undefined;
  }
  const source = join(folder, "std_cache.ts");
  const bundle = join(folder, "std_cache.js");
  writeFileSync(
    source,
    'export { TtlCache } from "jsr:@std/cache/ttl-cache";\n',
  );
  const args = ["bundle", "--quiet", "--output", bundle, source];
  const { status } = spawnSync(denoPath(), args, { cwd: folder });
  return status === 0 ? pathToFileURL(bundle).href : undefined;
}
