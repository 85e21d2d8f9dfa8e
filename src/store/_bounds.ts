/** How much a store may hold. */

import { refuse } from "../base/_checks.ts";
import type { EvictionOrderName } from "./_eviction.ts";
import { StoreFullError } from "../base/errors.ts";

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

/** The bounds of one store, and what its entries weigh. */
export class Bounds<K, V> {
  readonly eviction: EvictionOrderName;
  readonly #maxEntries: number;
  readonly #maxWeight: number;
  readonly #weigh: ((value: V, key: K) => number) | undefined;
  /** What all entries weigh now. */
  protected weight = 0;
  /** What rounding took from the sum: with fractions it would add up to an entry that is not there. */
  protected lost = 0;

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

  /** Counts what came, or, negative, what went, of an entry with that deadline. */
  add(weight: number, _deadline: number): void {
    const sum = this.weight + weight;
    this.lost += Math.abs(this.weight) >= Math.abs(weight)
      ? (this.weight - sum) + weight
      : (weight - sum) + this.weight;
    this.weight = sum;
  }

  /** Forgets what all entries weigh. */
  reset(): void {
    this.weight = this.lost = 0;
  }

  /** Whether there is room for so many entries and so much more weight. */
  fits(entries: number, more: number): boolean {
    return entries <= this.#maxEntries &&
      this.weight + this.lost + more <= this.#maxWeight;
  }

  /** Whether so many entries of that weight would fit into an empty store. */
  fitsAlone(entries: number, weight: number): boolean {
    return entries <= this.#maxEntries && weight <= this.#maxWeight;
  }

  /** The error for what does not fit. */
  fullError(entries: number): StoreFullError {
    const weighing = this.#weigh === undefined
      ? ""
      : `, weighing ${this.weight + this.lost} of ${this.#maxWeight}`;
    return new StoreFullError(
      `Cannot set the entry: the store is full: ${entries} of ${this.#maxEntries} entries${weighing}`,
    );
  }
}
