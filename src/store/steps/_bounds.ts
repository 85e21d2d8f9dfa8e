/** The bounds of a store with steps: the sums can be put back as they were. */

import { Bounds } from "../_bounds.ts";

/** The sums of {@linkcode UndoableBounds}. */
export interface WeightSums {
  weight: number;
  lost: number;
  mortalWeight: number;
}

/** The bounds of a store with steps. */
export class UndoableBounds<K, V> extends Bounds<K, V> {
  /** The weight of the entries with a deadline. Kept where only they are evicted. */
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
   * Tells whether there is room once all that may be evicted is evicted.
   *
   * @param entries The number of entries that there are to be.
   * @param more The weight to add.
   * @param mortal The number of entries with a deadline that may be evicted.
   * @param spared The weight of the one that may not.
   */
  couldFit(
    entries: number,
    more: number,
    mortal: number,
    spared: number,
  ): boolean {
    // By any other policy all but one can be evicted, and a single entry always fits: see `weigh`.
    return this.eviction !== "volatile" ||
      this.fits(entries - mortal, more - (this.#mortalWeight - spared));
  }
}
