/**
 * Times to live and deadlines, made so that no answer depends on how fast the
 * two sides are: no two times to live of a sequence are nearer to each other
 * than half an hour, whatever the clock was moved by in between, and none is
 * short. Only a deadline that is a date can be the same twice.
 */

import fc from "fast-check";

/** A time to live; how long it is depends on where it stands in its sequence. */
export interface Relative {
  readonly unit: "s" | "ms";
  readonly millionSeconds: number;
}

/** A word of a command, or the place of one. */
export type Word = string | Relative;

/** No sequence is longer, so that all its times to live differ. */
export const MAX_STEPS = 100;

/** No sequence moves its clock more often. */
export const MAX_ADVANCES = 15;

const STEP_SECONDS = 2_000;
const ADVANCE_SECONDS = 100;
const MAX_MILLION_SECONDS = 9;

/** The time to live as the word that stands at a position of a sequence. */
export function resolve(word: Word, position: number): string {
  if (typeof word === "string") return word;
  const seconds = word.millionSeconds * 1e6 + position * STEP_SECONDS;
  return String(word.unit === "s" ? seconds : seconds * 1000);
}

/** How far a clock is moved: never onto the end of any time to live. */
export const advanceSeconds: fc.Arbitrary<string> = fc.integer({
  min: 0,
  max: 4,
}).map((millions) => String(millions * 1e6 + ADVANCE_SECONDS));

/** Whether a deadline, in ms, is one that a time to live can have led to. */
export function isNearFuture(deadline: number, now: number): boolean {
  return deadline > now &&
    deadline < now + (MAX_MILLION_SECONDS + 2) * 1e6 * 1000;
}

const NOT_TIMES = [
  ...["0", "-1", "abc", "", "1.5", " 10", "9223372036854775808", "+5"],
  ...["-9223372036854775808", "1e3"],
];

/** A time to live, sometimes none, sometimes at the limit of the server. */
export function timeToLive(unit: "s" | "ms"): fc.Arbitrary<Word> {
  return fc.oneof(
    {
      weight: 12,
      arbitrary: fc.integer({ min: 1, max: MAX_MILLION_SECONDS }).map(
        (millionSeconds): Word => ({ unit, millionSeconds }),
      ),
    },
    { weight: 2, arbitrary: fc.constantFrom<Word>(...NOT_TIMES) },
    { weight: 1, arbitrary: fc.constantFrom<Word>(...limits(unit)) },
  );
}

/** A deadline that is a date: past, far away, or none at all. */
export function deadline(unit: "s" | "ms"): fc.Arbitrary<Word> {
  const fraction = unit === "s" ? [""] : ["000", "499", "500", "501"];
  const dates = ["4102444800", "4102444801", "32503680000"].flatMap((date) =>
    fraction.map((ms) => date + ms)
  );
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<Word>(...dates) },
    { weight: 2, arbitrary: fc.constantFrom<Word>("1", "1000000000") },
    { weight: 2, arbitrary: fc.constantFrom<Word>(...NOT_TIMES) },
    { weight: 1, arbitrary: fc.constantFrom<Word>(...limits(unit)) },
  );
}

/** A deadline that is past or none at all, whatever the clock says. */
export function pastDeadline(): fc.Arbitrary<Word> {
  return fc.constantFrom<Word>("1", "1000000000", ...NOT_TIMES);
}

function limits(unit: "s" | "ms"): string[] {
  const ends = ["9223372036854775807", "-9223372036854775807"];
  return unit === "s"
    ? [...ends, "9223372036854775", "9223372036854776", "9000000000000000"]
    : [...ends, "9000000000000000000", "9223372036854775000"];
}
