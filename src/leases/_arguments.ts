/** Checks of arguments. */

import { kindOf, quoteNumber, refuse } from "../base/_checks.ts";

/** Throws unless `value` is a non-negative number of ms. */
export function checkWait(action: string, name: string, value: unknown): void {
  if (typeof value === "number" && value >= 0) return;
  const must = "be a number of milliseconds that is not negative";
  refuse(action, name, must, value, typeof value === "number", quoteNumber);
}

/** Throws unless `signal` is an `AbortSignal`, of this realm or another, or absent. */
export function checkSignal(
  action: string,
  signal: AbortSignal | undefined,
): void {
  if (signal === undefined) return;
  const { throwIfAborted } = signal as Partial<AbortSignal> | null ?? {};
  if (typeof throwIfAborted === "function") return;
  refuse(action, "signal", "be an AbortSignal", signal, false, kindOf);
}
