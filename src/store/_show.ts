/** How a store shows in a console: what it is, not what it holds. */

import { quote } from "../_checks.ts";

/** A line such as `ExpiringStore(2) { ttl: 1000, onRemove: [Function] }`. */
export function show(name: string, count: number, options: object): string {
  const shown = Object.entries(options).map(([option, value]) =>
    `${option}: ${typeof value === "function" ? "[Function]" : quote(value)}`
  );
  return `${name}(${count}) {${
    shown.length === 0 ? "" : ` ${shown.join(", ")} `
  }}`;
}
