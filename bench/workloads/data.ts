/**
 * The keys and values of a run. They are written to files once and come from
 * `JSON.parse`, as the keys of a server's requests do: whole strings, not
 * pieces that are still to be put together.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Value } from "../contenders/contender.ts";
import { makeKey, makeRandom } from "./random.ts";

const SEED = 20_260_728;
/** How many keys there are that no store holds. */
const MISSING = 100_000;

/** Writes the files for `size` entries. */
export function writeData(folder: string, size: number): void {
  const random = makeRandom(SEED);
  const makeKeys = (length: number) =>
    Array.from({ length }, () => makeKey(random));
  const write = (name: string, content: string[]) =>
    writeFileSync(pathOf(folder, name, size), JSON.stringify(content));
  write("keys", makeKeys(size));
  write("missing", makeKeys(Math.min(size, MISSING)));
  write(
    "texts",
    Array.from({ length: size }, (_, i) => `{"turns":[],"n":${i}}`),
  );
}

function pathOf(folder: string, name: string, size: number): string {
  return join(folder, `${name}-${size}.json`);
}

function read(folder: string, name: string, size: number): string[] {
  return JSON.parse(readFileSync(pathOf(folder, name, size), "utf8"));
}

/** The keys that a store is filled with. */
export function readKeys(folder: string, size: number): string[] {
  return read(folder, "keys", size);
}

/** Keys that no store is filled with. */
export function readMissing(folder: string, size: number): string[] {
  return read(folder, "missing", size);
}

/** A value for each key: strings, or else objects. */
export function readValues(
  folder: string,
  size: number,
  strings = false,
): Value[] {
  if (strings) return read(folder, "texts", size);
  return Array.from({ length: size }, (_, i) => ({ length: i & 0xff }));
}
