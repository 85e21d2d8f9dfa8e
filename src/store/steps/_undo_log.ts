/** The log of a step: its changes of the entries, and how to undo them. */

/** A point of the log to go back to. */
export type UndoMark = number;

/** The log of one step at a time. */
export class UndoLog<K> {
  readonly #undos: (() => void)[] = [];
  /** The keys whose entries the step took: they keep their places in the order until it ends. */
  parked: Set<K> = new Set();
  /** The slots of the entries that the step took. */
  taken: number[] = [];
  /** The keys that the step added, in that order. */
  added: K[] = [];
  /** The slots that the step wrote: it may not evict them. */
  written: Set<number> = new Set();

  /** Logs how to undo the next change. */
  add(undo: () => void): void {
    this.#undos.push(undo);
  }

  /** The present end of the log. */
  get mark(): UndoMark {
    return this.#undos.length;
  }

  /** Undoes the changes since the mark, the last first. */
  rollBack(mark: UndoMark): void {
    const undos = this.#undos;
    while (undos.length > mark) undos.pop()!();
  }

  /** Forgets which entries the step took, added and wrote, until that is undone: the table is replaced. */
  forgetEntries(): void {
    const { parked, taken, added, written } = this;
    this.add(() => Object.assign(this, { parked, taken, added, written }));
    this.parked = new Set();
    this.taken = [];
    this.added = [];
    this.written = new Set();
  }

  /** Forgets everything, at the end of a step. */
  clear(): void {
    this.#undos.length = 0;
    this.parked.clear();
    this.written.clear();
    this.taken.length = this.added.length = 0;
  }
}
