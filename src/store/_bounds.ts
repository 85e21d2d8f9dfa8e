/** The bounds of a store: its number of entries and their weight. */

import { refuse } from "../base/_checks.ts";
import type { EvictionOrderName } from "./_eviction.ts";
import { StoreFullError } from "../base/errors.ts";

/** The options of {@linkcode Bounds}. */
export interface BoundsOptions<K, V> {
  maxEntries: number;
  maxWeight: number;
  weigh: ((value: V, key: K) => number) | undefined;
  eviction: EvictionOrderName;
}

/** Whether there is a bound at all: an unbounded store pays for none. */
export function isBounded(
  { maxEntries, maxWeight }: { maxEntries: number; maxWeight: number },
): boolean {
  return maxEntries < Infinity || maxWeight < Infinity;
}

/** The bounds of one store, and the weight of its entries. */
export class Bounds<K, V> {
  readonly eviction: EvictionOrderName;
  readonly #maxEntries: number;
  readonly #maxWeight: number;
  readonly #weigh: ((value: V, key: K) => number) | undefined;
  /** The weight of all entries. */
  protected weight = 0;
  /** The rounding error of that sum: with fractions it would grow to the weight of an entry. */
  protected lost = 0;

  constructor(options: BoundsOptions<K, V>) {
    this.eviction = options.eviction;
    this.#maxEntries = options.maxEntries;
    this.#maxWeight = options.maxWeight;
    this.#weigh = options.maxWeight < Infinity ? options.weigh : undefined;
  }

  /** Whether entries have weights. */
  get weighs(): boolean {
    return this.#weigh !== undefined;
  }

  /** The weight of an entry, checked: it fits into an empty store. */
  weigh(value: V, key: K): number {
    const weigh = this.#weigh;
    if (weigh === undefined) return 0;
    const weight = weigh(value, key);
    if (!(typeof weight === "number" && weight >= 0)) {
      const must = "return a number that is not negative";
      const isNumber = typeof weight === "number";
      refuse("set the entry", "weigh", must, weight, isNumber);
    }
    if (weight > this.#maxWeight) {
      throw new StoreFullError(
        `Cannot set the entry: it weighs ${weight}, more than "maxWeight": ${this.#maxWeight}`,
      );
    }
    return weight;
  }

  /** Adds the weight of an entry with that deadline; a negative one for an entry that is removed. */
  add(weight: number, _deadline: number): void {
    const sum = this.weight + weight;
    this.lost += Math.abs(this.weight) >= Math.abs(weight)
      ? (this.weight - sum) + weight
      : (weight - sum) + this.weight;
    this.weight = sum;
  }

  /** Sets the weight to 0. */
  reset(): void {
    this.weight = this.lost = 0;
  }

  /** Whether there is room for `entries` in all and for `more` weight than now. */
  fits(entries: number, more: number): boolean {
    return entries <= this.#maxEntries &&
      this.weight + this.lost + more <= this.#maxWeight;
  }

  /** Whether entries of that weight in all would fit into an empty store. */
  fitsAlone(entries: number, weight: number): boolean {
    return entries <= this.#maxEntries && weight <= this.#maxWeight;
  }

  /** The error for an entry that does not fit. */
  fullError(entries: number): StoreFullError {
    const weighing = this.#weigh === undefined
      ? ""
      : `, weighing ${this.weight + this.lost} of ${this.#maxWeight}`;
    return new StoreFullError(
      `Cannot set the entry: the store is full: ${entries} of ${this.#maxEntries} entries${weighing}`,
    );
  }
}
