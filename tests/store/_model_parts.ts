/** What the model of a store is made of: options, entries, weights. */
import type {
  ExpiringStore,
  ExpiringStoreOptions,
  SetOptions,
} from "@mayfly/store";
import { assertEquals } from "@std/assert";

/** An entry of the model. */
export interface Entry {
  value: number;
  deadline: number;
  /** What a touch starts again; `Infinity`: nothing. */
  ttl: number;
  /** What no touch goes beyond. */
  limit: number;
  /** The uses that have not ended. */
  hold?: { count: number };
}

/** The options that a trial is made with. */
export type TrialOptions =
  & Pick<
    ExpiringStoreOptions<unknown, number>,
    | "ttl"
    | "sliding"
    | "maxAge"
    | "sweepInterval"
    | "maxEntries"
    | "maxWeight"
    | "eviction"
  >
  & {
    /** Whether the store has an `onRemove`; without one the clock must not go backwards. */
    told: boolean;
    now: () => number;
    /** Whether `now` stands in for `Date.now`, and is no option of the store. */
    isDateNow?: boolean;
    /** The class to try, where it is another build of it. */
    Store?: typeof ExpiringStore;
    /** What a value weighs; by default the value modulo 8. */
    weigh?: (value: number) => number;
  };

/** What `set` takes for a ttl. */
export type Life = number | SetOptions | undefined;

/** Whether a value fits beside all other entries, or would beside those that are held alone. */
export function fits(
  entries: Map<unknown, Entry>,
  options: TrialOptions,
  key: unknown,
  value: number,
  onlyHeld: boolean,
): boolean {
  const { maxEntries = Infinity, maxWeight = Infinity, weigh = weightOf } =
    options;
  // Counting would make a large model without bounds quadratic.
  if (maxEntries === Infinity && maxWeight === Infinity) return true;
  let size = 1;
  let weight = weigh(value);
  for (const [other, entry] of entries) {
    if (onlyHeld && !entry.hold || same(other, key)) continue;
    size++;
    weight += weigh(entry.value);
  }
  return size <= maxEntries && weight <= maxWeight;
}

/** The key to evict under `"soonest"`: among equals the store's choice, where it told of one. */
export function soonestOf(
  entries: Map<unknown, Entry>,
  isKept: (key: unknown) => boolean,
  told: { key: unknown } | undefined,
): unknown {
  const others = [...entries].filter(([key]) => !isKept(key));
  const soonest = Math.min(...others.map(([, { deadline }]) => deadline));
  if (told !== undefined) {
    assertEquals(entries.get(told.key)?.deadline, soonest, "soonest");
    return told.key;
  }
  return others.find(([, { deadline }]) => deadline === soonest)?.[0];
}

/** Whether two keys are one. */
export function same(one: unknown, other: unknown): boolean {
  return one === other || Object.is(one, other);
}

/** What a value weighs. */
export function weightOf(value: number): number {
  return value % 8;
}
