/** Packs the package as npm users get it, and unpacks it beside what it needs. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, normalize } from "node:path";
import { gunzipSync } from "node:zlib";
import { run } from "./processes.ts";
import { denoPath, ROOT } from "./runtimes.js";
import { standInOf } from "./stand_ins.js";

/** The files of a gzipped tar, by path. */
export function untar(archive: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const tar = gunzipSync(archive);
  const text = (from: number, length: number) =>
    tar.toString("utf8", from, from + length).replace(/\0.*$/s, "");
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8);
    const prefix = text(at + 345, 155);
    const name = text(at, 100);
    const isFile = tar[at + 156] === 0x30 || tar[at + 156] === 0;
    if (isFile) {
      files.set(
        prefix ? `${prefix}/${name}` : name,
        tar.subarray(at + 512, at + 512 + size),
      );
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** The path of a file of a package, below the folder that all of it lies in. */
export function insidePath(path: string): string {
  const inside = normalize(path).split(/[\\/]/).slice(1);
  if (inside.includes("..")) throw new Error(`Cannot unpack "${path}"`);
  return join(...inside);
}

/** Packs the package as JSR would for npm, into a tarball. */
export async function packTarball(
  tarball: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { code, output } = await run(
    denoPath(),
    [
      "pack",
      "--quiet",
      "--allow-dirty",
      "--no-source-maps",
      "--output",
      tarball,
    ],
    { cwd: ROOT, env, seconds: 180 },
  );
  if (code !== 0) throw new Error(`Cannot pack:\n${output}`);
}

/** Writes a file, and the folders that it lies in. */
export async function save(
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/**
 * Packs the package and unpacks it into `node_modules` below `folder`, with the
 * stand-in of `@std/log` beside it under the two names by which it is known: the
 * manifest that `deno pack` writes says `@jsr/std__log`, its code `@std/log`.
 *
 * @param folder The folder, which exists.
 * @param env The environment of `deno pack`.
 * @returns The folder of the package.
 */
export async function pack(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const tarball = join(folder, "store.tgz");
  await packTarball(tarball, env);
  const modules = join(folder, "node_modules");
  const artefact = join(modules, "@mayfly", "store");
  for (const [path, content] of untar(await readFile(tarball))) {
    await save(join(artefact, insidePath(path)), content);
  }
  const standIn = await readFile(standInOf("@std/log")!, "utf8");
  for (const name of ["@std/log", "@jsr/std__log"]) {
    await save(
      join(modules, name, "package.json"),
      JSON.stringify({ name, type: "module", exports: "./mod.js" }),
    );
    await save(join(modules, name, "mod.js"), stripTypeScriptTypes(standIn));
  }
  return artefact;
}
