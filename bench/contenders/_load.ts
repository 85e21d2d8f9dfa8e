import type { ContenderModule } from "./contender.ts";

/**
 * Imports a package of this folder's `node_modules`. By a name that is not a
 * literal, so that types can be checked before the packages are installed.
 */
// deno-lint-ignore no-explicit-any
export function load(specifier: string): Promise<any> {
  return import(specifier);
}

/** Imports a contender's file. */
export function loadContender(
  { file }: { file: string },
): Promise<ContenderModule> {
  return import(`./${file}.ts`);
}
