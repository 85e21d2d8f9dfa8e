/** The arguments of a method call, in the ways that a person writes them. */

import fc from "fast-check";
import type { Command } from "./sequences.ts";

const LISTS = new Set(["DEL", "UNLINK", "EXISTS", "TOUCH", "MGET"]);
const PAIRS = new Set(["MSET", "MSETNX"]);

/**
 * How to write the arguments of a call: with numbers for digits or not, a list
 * in spread, as an array, as an object or as a Map.
 */
export interface Style {
  numbers: boolean;
  list: "spread" | "array" | "object" | "map";
}

/** Any style. */
export const style: fc.Arbitrary<Style> = fc.record({
  numbers: fc.boolean(),
  list: fc.constantFrom("spread", "array", "object", "map"),
});

/** The arguments for the words of a command. */
export function toArguments(
  [name, ...words]: Command,
  { numbers, list }: Style,
): unknown[] {
  const args = words.map((word) =>
    numbers && /^(0|-?[1-9]\d{0,14})$/.test(word) ? Number(word) : word
  );
  if (list === "spread" || args.length === 0) return args;
  if (PAIRS.has(name) && list !== "array" && args.length % 2 === 0) {
    const pairs = words.flatMap((word, i): [string, unknown][] =>
      i % 2 === 0 ? [[word, args[i + 1]]] : []
    );
    return [list === "map" ? new Map(pairs) : Object.fromEntries(pairs)];
  }
  return LISTS.has(name) || PAIRS.has(name) ? [args] : args;
}
