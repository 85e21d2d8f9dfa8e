/** How much a store may hold. */

import { quote } from "../_checks.ts";
import type { EvictionOrderName } from "./_eviction.ts";
import { StoreFullError } from "../errors.ts";

/** What {@linkcode Bounds} are made of. */
export interface BoundsOptions<K, V> {
  maxEntries: number;
  maxWeight: number;
  weigh: ((value: V, key: K) => number) | undefined;
  eviction: EvictionOrderName;
}

/** The bounds that the options set, or `undefined`: an unbounded store pays for none. */
export function makeBounds<K, V>(
  options: BoundsOptions<K, V>,
): Bounds<K, V> | undefined {
  const { maxEntries, maxWeight } = options;
  if (maxEntries === Infinity && maxWeight === Infinity) return undefined;
  return new Bounds(options);
}

/** What {@linkcode Bounds} add up. */
export interface WeightSums {
  weight: number;
  lost: number;
  mortalWeight: number;
}

/** The bounds of one store, and what its entries weigh. */
export class Bounds<K, V> {
  readonly eviction: EvictionOrderName;
  readonly #maxEntries: number;
  readonly #maxWeight: number;
  readonly #weigh: ((value: V, key: K) => number) | undefined;
  /** What all entries weigh now. */
  #weight = 0;
  /** What rounding took from the sum: with fractions it would add up to an entry that is not there. */
  #lost = 0;
  /** What those entries weigh that have a deadline. Kept where only they are evicted. */
  #mortalWeight = 0;

  constructor(options: BoundsOptions<K, V>) {
    this.eviction = options.eviction;
    this.#maxEntries = options.maxEntries;
    this.#maxWeight = options.maxWeight;
    this.#weigh = options.maxWeight < Infinity ? options.weigh : undefined;
  }

  /** Whether entries are weighed at all. */
  get weighs(): boolean {
    return this.#weigh !== undefined;
  }

  /** What an entry weighs: no more than the whole store may. */
  weigh(value: V, key: K): number {
    const weigh = this.#weigh;
    if (weigh === undefined) return 0;
    const weight = weigh(value, key);
    if (!(typeof weight === "number" && weight >= 0)) {
      const Failure = typeof weight === "number" ? RangeError : TypeError;
      throw new Failure(
        `Cannot set the entry: "weigh" must return a number that is not negative: received ${
          quote(weight)
        }`,
      );
    }
    if (weight > this.#maxWeight) {
      throw new StoreFullError(
        `Cannot set the entry: it weighs ${weight}, more than "maxWeight": ${this.#maxWeight}`,
      );
    }
    return weight;
  }

  /** Counts what came, or, negative, what went, of an entry with that deadline. */
  add(weight: number, deadline: number): void {
    const sum = this.#weight + weight;
    this.#lost += Math.abs(this.#weight) >= Math.abs(weight)
      ? (this.#weight - sum) + weight
      : (weight - sum) + this.#weight;
    this.#weight = sum;
    if (this.eviction === "volatile" && deadline !== Infinity) {
      this.#mortalWeight += weight;
    }
  }

  /** The sums, to put them back as they were. */
  get sums(): WeightSums {
    return {
      weight: this.#weight,
      lost: this.#lost,
      mortalWeight: this.#mortalWeight,
    };
  }

  set sums(sums: WeightSums) {
    this.#weight = sums.weight;
    this.#lost = sums.lost;
    this.#mortalWeight = sums.mortalWeight;
  }

  /** Forgets what all entries weigh. */
  reset(): void {
    this.#weight = this.#lost = this.#mortalWeight = 0;
  }

  /** Whether there is room for so many entries and so much more weight. */
  fits(entries: number, more: number): boolean {
    return entries <= this.#maxEntries &&
      this.#weight + this.#lost + more <= this.#maxWeight;
  }

  /**
   * Whether there would be room once everything is gone that may be evicted.
   *
   * @param entries How many entries there are to be.
   * @param more How much more they weigh.
   * @param mortal How many entries with a deadline may go.
   * @param spared What such an entry weighs that may not.
   */
  couldFit(
    entries: number,
    more: number,
    mortal: number,
    spared: number,
  ): boolean {
    switch (this.eviction) {
      case "reject":
        return this.fits(entries, more);
      case "volatile":
        return this.fits(
          entries - mortal,
          more - (this.#mortalWeight - spared),
        );
      default:
        // A single entry always fits: see `weigh`.
        return true;
    }
  }

  /** The error for what does not fit. */
  fullError(entries: number): StoreFullError {
    const weighing = this.#weigh === undefined
      ? ""
      : `, weighing ${this.#weight + this.#lost} of ${this.#maxWeight}`;
    return new StoreFullError(
      `Cannot set the entry: the store is full: ${entries} of ${this.#maxEntries} entries${weighing}`,
    );
  }
}
