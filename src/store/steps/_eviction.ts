/** The orders of eviction for a store with steps: what a step changes in them can be undone. */

import { NO_SLOT } from "../_entry_table.ts";
import {
  type Chunks,
  DeadlineOrder,
  type EvictionOrder,
  type EvictionOrderName,
  LruOrder,
  SieveOrder,
} from "../_eviction.ts";

/** What an order knows of the step that is under way. */
export interface StepLog {
  /** What the step wrote, and may not evict. */
  readonly written: ReadonlySet<number>;
  /** Tells how a change of the order that no entry knows of is undone. */
  add(undo: () => void): void;
}

/** An order of eviction in which entries can be put back. */
export interface UndoableOrder extends EvictionOrder {
  /** Where a step is under way, its log. */
  log: StepLog | undefined;
  /** Called when nothing is spared any longer. */
  settle(): void;
  /** Where an entry stands, for {@linkcode UndoableOrder.putBack}. */
  position(slot: number): number;
  /** Adds an entry where it stood; what stood before it does so again. */
  putBack(slot: number, position: number): void;
  /** The entry stands where it stood again. */
  restore(slot: number, position: number): void;
}

/** The order of that name, or `undefined` for the one that never evicts. */
export function makeUndoableOrder(
  name: EvictionOrderName,
  chunks: Chunks,
): UndoableOrder | undefined {
  switch (name) {
    case "reject":
      return undefined;
    case "lru":
      return new UndoableLruOrder(chunks);
    case "sieve":
      return new UndoableSieveOrder(chunks);
    default:
      return new UndoableDeadlineOrder(chunks, name === "volatile");
  }
}

class UndoableLruOrder extends LruOrder implements UndoableOrder {
  log: StepLog | undefined = undefined;

  protected override spares(slot: number, spared: number): boolean {
    return slot === spared || this.log?.written.has(slot) === true;
  }

  settle(): void {}

  position(slot: number): number {
    return this.olderThan(slot);
  }

  putBack(slot: number, older: number): void {
    const newer = older === NO_SLOT ? this.oldest : this.newerThan(older);
    this.link(slot, older, newer);
  }

  restore(slot: number, position: number): void {
    this.remove(slot);
    this.putBack(slot, position);
  }
}

class UndoableSieveOrder extends SieveOrder implements UndoableOrder {
  log: StepLog | undefined = undefined;

  protected override spares(slot: number, spared: number): boolean {
    return slot === spared || this.log?.written.has(slot) === true;
  }

  settle(): void {}

  protected override moveHand(to: number): void {
    const from = this.hand;
    this.log?.add(() => this.hand = from);
    super.moveHand(to);
  }

  protected override pass(slot: number): void {
    this.log?.add(() => this.visit(slot, 1));
    super.pass(slot);
  }

  // The neighbour, and whether it was used, in one number.
  position(slot: number): number {
    return this.olderThan(slot) * 2 + this.isVisited(slot);
  }

  putBack(slot: number, position: number): void {
    const older = position >> 1;
    const newer = older === NO_SLOT ? this.oldest : this.newerThan(older);
    this.link(slot, older, newer);
    this.visit(slot, position & 1);
  }

  // It stood nowhere else, and the hand, which may be there, stays.
  restore(slot: number, position: number): void {
    this.visit(slot, position & 1);
  }
}

class UndoableDeadlineOrder extends DeadlineOrder implements UndoableOrder {
  log: StepLog | undefined = undefined;
  readonly #sparesImmortal: boolean;
  /** What would be next but is spared: out of the heap for now, its rank is `NO_SLOT`. */
  readonly #passedOver: number[] = [];

  constructor(chunks: Chunks, sparesImmortal: boolean) {
    super(chunks);
    this.#sparesImmortal = sparesImmortal;
  }

  override move(slot: number): void {
    if (this.rankOf(slot) !== NO_SLOT) super.move(slot);
  }

  override remove(slot: number): void {
    if (this.rankOf(slot) !== NO_SLOT) super.remove(slot);
    else this.#passedOver.splice(this.#passedOver.indexOf(slot), 1);
  }

  override victim(spared: number): number {
    let slot = this.first;
    while (
      slot !== NO_SLOT && (slot === spared || this.log?.written.has(slot))
    ) {
      this.remove(slot);
      this.setRank(slot, NO_SLOT);
      this.#passedOver.push(slot);
      slot = this.first;
    }
    return slot !== NO_SLOT && this.#sparesImmortal &&
        this.timeOf(slot) === Infinity
      ? NO_SLOT
      : slot;
  }

  settle(): void {
    for (const slot of this.#passedOver) this.add(slot);
    this.#passedOver.length = 0;
  }

  position(): number {
    return NO_SLOT;
  }

  putBack(slot: number): void {
    this.add(slot);
  }

  restore(slot: number): void {
    this.move(slot);
  }
}
