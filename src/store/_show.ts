/** How a store shows in a console: what it is, not what it holds. */

import { quote } from "../base/_checks.ts";

/** A line such as `ExpiringStore(2) { ttl: 1000, onRemove: [Function] }`. */
export function show(
  name: string,
  entries: { count(): number },
  options: object,
): string {
  const shown = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([option, value]) =>
      `${option}: ${typeof value === "function" ? "[Function]" : quote(value)}`
    );
  return `${name}(${countOf(entries)}) {${
    shown.length === 0 ? "" : ` ${shown.join(", ")} `
  }}`;
}

// A console is not the place to hear of a clock that throws.
function countOf(entries: { count(): number }): string {
  try {
    return String(entries.count());
  } catch {
    return "?";
  }
}
