import { readFileSync } from "node:fs";
import type { ContenderModule } from "./contender.ts";

const MANIFEST = new URL("../../deno.json", import.meta.url);

/**
 * Imports a package of this folder's `node_modules`. By a name that is not a
 * literal, so that types can be checked before the packages are installed.
 */
// deno-lint-ignore no-explicit-any
export function load(specifier: string): Promise<any> {
  return import(specifier);
}

/** Imports one of this package's entries. */
// deno-lint-ignore no-explicit-any
export function loadEntry(name: string): Promise<any> {
  const { exports } = JSON.parse(readFileSync(MANIFEST, "utf8"));
  return load(new URL(exports[name], MANIFEST).href);
}

/** Imports a contender's file. */
export function loadContender(
  { file }: { file: string },
): Promise<ContenderModule> {
  return import(`./${file}.ts`);
}
