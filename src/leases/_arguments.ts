/** Checks of what the calls of this wing take. */

import { checkString } from "../backend/_options.ts";
import { kindOf, quote, quoteNumber, refuse } from "../base/_checks.ts";

/** Throws unless a text becomes a key of its own: half a surrogate pair would be stored as U+FFFD. */
export function checkText(
  action: string,
  name: string,
  value: unknown,
): asserts value is string {
  checkString(action, name, value);
  if (value.isWellFormed()) return;
  const must = "be well-formed text, without half a surrogate pair";
  refuse(action, name, must, value, true, quote);
}

/** Throws unless `wait` is a number of ms that is not negative. */
export function checkWait(action: string, wait: unknown): void {
  if (typeof wait === "number" && wait >= 0) return;
  const must = "be a number of milliseconds that is not negative";
  refuse(action, "wait", must, wait, typeof wait === "number", quoteNumber);
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
