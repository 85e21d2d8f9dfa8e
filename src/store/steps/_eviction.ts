/** The orders of eviction for a store with steps: a step's changes of them can be undone. */

import { NO_SLOT } from "../_entry_table.ts";
import {
  type Chunks,
  type EvictionOrder,
  type EvictionOrderName,
  LruOrder,
  SieveOrder,
} from "../_eviction.ts";

/** The log of the step that is under way, as far as an order needs it. */
export interface StepLog {
  /** Logs how to undo a change of the order that belongs to no entry. */
  add(undo: () => void): void;
}

/** An order of eviction in which entries can be put back. */
export interface UndoableOrder extends EvictionOrder {
  /** The log of the step that is under way, if there is one. */
  log: StepLog | undefined;
  /** The position of an entry, for {@linkcode UndoableOrder.putBack}. */
  position(slot: number): number;
  /** Adds an entry in its old position. */
  putBack(slot: number, position: number): void;
  /** Moves an entry to its old position. */
  restore(slot: number, position: number): void;
}

/** The order of that name, or `undefined` where none is kept. */
export function makeUndoableOrder(
  name: EvictionOrderName,
  chunks: Chunks,
): UndoableOrder | undefined {
  if (name === "lru") return new UndoableLruOrder(chunks);
  if (name === "sieve") return new UndoableSieveOrder(chunks);
}

class UndoableLruOrder extends LruOrder implements UndoableOrder {
  log: StepLog | undefined = undefined;

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

  protected override moveHand(to: number): void {
    const from = this.hand;
    this.log?.add(() => this.hand = from);
    super.moveHand(to);
  }

  protected override pass(slot: number): void {
    this.log?.add(() => this.visit(slot, 1));
    super.pass(slot);
  }

  // The neighbour and the mark in one number.
  position(slot: number): number {
    return this.olderThan(slot) * 2 + this.isVisited(slot);
  }

  putBack(slot: number, position: number): void {
    const older = position >> 1;
    const newer = older === NO_SLOT ? this.oldest : this.newerThan(older);
    this.link(slot, older, newer);
    this.visit(slot, position & 1);
  }

  // SIEVE never moves an entry in its list, and the hand may point at it: only the mark changes.
  restore(slot: number, position: number): void {
    this.visit(slot, position & 1);
  }
}
