/** The original's own call, which every storage has and no Redis client. */

import { checkFinite, kindOf, quoteNumber } from "../base/_checks.ts";
import { numberText } from "../redis/_arguments.ts";
import type { Keyspace } from "../redis/keyspace.ts";

const SECONDS = "a positive, finite number of seconds";
const SET_KEY = "set the key";

/** Stores a value for some seconds: a positive, finite number, fractions allowed. */
export function setWithTtl(
  keyspace: Keyspace,
  key: unknown,
  ttlSeconds: unknown,
  value: unknown,
): void {
  const name = checkText("key", key);
  const text = checkText("value", value);
  checkFinite(SET_KEY, "ttlSeconds", ttlSeconds, SECONDS, quoteNumber);
  const now = keyspace.now();
  keyspace.set(name, text, now + ttlSeconds * 1000, now);
}

/** A key or a value as text. What is neither is not shown: it may be what another argument should be. */
function checkText(name: string, value: unknown): string {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number") return numberText(value);
  throw new TypeError(
    `Cannot ${SET_KEY}: "${name}" must be a string or a number: received ${
      kindOf(value)
    }`,
  );
}
