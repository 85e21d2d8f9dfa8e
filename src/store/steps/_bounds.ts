/** How much a store with steps may hold: what a step adds to the sums can be undone. */

import { Bounds, type BoundsOptions } from "../_bounds.ts";

/** What {@linkcode UndoableBounds} add up. */
export interface WeightSums {
  weight: number;
  lost: number;
  mortalWeight: number;
}

/** The bounds that the options set, or `undefined`: an unbounded store pays for none. */
export function makeUndoableBounds<K, V>(
  options: BoundsOptions<K, V>,
): UndoableBounds<K, V> | undefined {
  const { maxEntries, maxWeight } = options;
  if (maxEntries === Infinity && maxWeight === Infinity) return undefined;
  return new UndoableBounds(options);
}

/** The bounds of a store with steps. */
export class UndoableBounds<K, V> extends Bounds<K, V> {
  /** What those entries weigh that have a deadline. Kept where only they are evicted. */
  #mortalWeight = 0;

  override add(weight: number, deadline: number): void {
    super.add(weight, deadline);
    if (this.eviction === "volatile" && deadline !== Infinity) {
      this.#mortalWeight += weight;
    }
  }

  override reset(): void {
    super.reset();
    this.#mortalWeight = 0;
  }

  /** The sums, to put them back as they were. */
  get sums(): WeightSums {
    const { weight, lost } = this;
    return { weight, lost, mortalWeight: this.#mortalWeight };
  }

  set sums(sums: WeightSums) {
    this.weight = sums.weight;
    this.lost = sums.lost;
    this.#mortalWeight = sums.mortalWeight;
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
    // Any other order can give up all but one, and a single entry always fits: see `weigh`.
    return this.eviction !== "volatile" ||
      this.fits(entries - mortal, more - (this.#mortalWeight - spared));
  }
}
