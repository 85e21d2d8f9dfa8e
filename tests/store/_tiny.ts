/**
 * The package with chunks of 8 slots and values that count as long from 32 bytes on: 100 calls
 * reach what otherwise takes 13,000 entries.
 */
import { assert } from "@std/assert";
import { buildSync } from "esbuild";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const SIZES: [name: string, from: number, to: number][] = [
  ["CHUNK_BITS", 12, 3],
  ["BLOCK_BITS", 6, 1],
  ["FIRST_CAPACITY", 16, 4],
  ["SPARSE", 16, 2],
];
const LENGTHS: [name: string, from: number, to: number][] = [
  ["SHORT", 512, 32],
  ["WORTH_KEEPING", 4096, 32],
];

/**
 * Loads a module of the package with small sizes.
 *
 * @param path Where it is, from the root.
 * @param hasValues Whether it reaches the sizes of values as well.
 */
export async function loadTiny<T>(path: string, hasValues = false): Promise<T> {
  const packed = process.env.MAYFLY_ARTEFACT;
  const folder = packed ?? fileURLToPath(new URL("../..", import.meta.url));
  const [output] = buildSync({
    entryPoints: [
      join(folder, packed === undefined ? path : path.replace(/ts$/, "js")),
    ],
    bundle: true,
    format: "esm",
    write: false,
  }).outputFiles;
  let { text } = output;
  for (const [name, from, to] of hasValues ? [...SIZES, ...LENGTHS] : SIZES) {
    // The bundler numbers names that more than one file has.
    const usual = new RegExp(`(?<=var ${name}\\d* = )${from}(?=;)`);
    assert(usual.test(text), `There is no ${name} of ${from}`);
    text = text.replace(usual, String(to));
  }
  const home = mkdtempSync(join(tmpdir(), "mayfly-tiny-"));
  try {
    const file = join(home, "tiny.mjs");
    writeFileSync(file, text);
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(home, { recursive: true });
  }
}
