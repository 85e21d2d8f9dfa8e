/** Options that nothing which stands on a backend takes. */

import { assertThrows } from "@std/assert";

type Kind = typeof TypeError | typeof RangeError;

const BAD: [unknown, Kind][] = [
  [null, TypeError],
  ["x", TypeError],
  [[], TypeError],
  [new Map(), TypeError],
  [{ tll: 5 }, TypeError],
  [{ ttl: "5" }, TypeError],
  [{ ttl: 0 }, RangeError],
  [{ ttl: -1 }, RangeError],
  [{ ttl: NaN }, RangeError],
  [{ ttl: Infinity }, RangeError],
  [{ ttl: 1e300 }, RangeError],
  [{ prefix: 5 }, TypeError],
  // Half a surrogate pair would be stored as another key.
  [{ prefix: "\udc00:" }, RangeError],
  [{ storage: "memory:" }, TypeError],
  [{ storage: null }, TypeError],
  [{ storage: {} }, TypeError],
];

/** Asserts that options are refused with an error that names what could not be done. */
export function assertRefusesOptions(
  make: (options: never) => unknown,
  action: string,
  more: [unknown, Kind][],
): void {
  for (const [options, kind] of [...BAD, ...more]) {
    assertThrows(() => make(options as never), kind, `Cannot ${action}: `);
  }
}
