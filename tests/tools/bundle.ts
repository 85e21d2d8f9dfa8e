/** How large the entry points are in a bundle. */
import { buildSync } from "esbuild";
import { gzipSync } from "node:zlib";

/**
 * The bytes of a program that uses a module, minified and gzipped.
 *
 * @param path The module, from `folder`.
 * @param name What it uses of the module; everything by default.
 */
export function bundledBytes(
  folder: string,
  path: string,
  name?: string,
): number {
  const { outputFiles } = buildSync({
    stdin: {
      contents: name === undefined
        ? `export * from "./${path}";`
        : `import { ${name} } from "./${path}"; globalThis.used = ${name};`,
      resolveDir: folder,
    },
    bundle: true,
    preserveSymlinks: true,
    minify: true,
    format: "esm",
    external: ["@std/log", "node:*"],
    write: false,
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}
