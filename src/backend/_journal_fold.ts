/** Which records of a log hold: decided by their order in it, so by all readers alike. */

import type { Mark, Place } from "./_journal_line.ts";

/** What became of a record. */
export type Verdict =
  | { readonly holds: true; readonly index: number }
  | { readonly holds: false; readonly limit: "maxRecords" | "maxBytes" };

/** Goes over a log, or over a part of it from a place that is known. */
export class Fold {
  #count: number;
  #size: number;
  /** By nonce, of all records that were met; `undefined` for one that only was skipped. */
  readonly #verdicts = new Map<string, Verdict | undefined>();

  constructor({ count, size }: Place) {
    this.#count = count;
    this.#size = size;
  }

  /** How many records hold so far. */
  get count(): number {
    return this.#count;
  }

  /** How many bytes the header and the records that hold have so far. */
  get size(): number {
    return this.#size;
  }

  /** Takes the header. */
  header({ bytes }: Mark): void {
    this.#size += bytes;
  }

  /** Takes the next record; `undefined` for one that was met before: a client had sent it twice. */
  record(mark: Mark): Verdict | undefined {
    if (this.#verdicts.has(mark.nonce)) return undefined;
    const verdict = this.#decide(mark);
    this.#verdicts.set(mark.nonce, verdict);
    return verdict;
  }

  #decide({ bytes, limits }: Mark): Verdict {
    if (this.#count >= limits.maxRecords) {
      return { holds: false, limit: "maxRecords" };
    }
    if (this.#size + bytes > limits.maxBytes) {
      return { holds: false, limit: "maxBytes" };
    }
    this.#size += bytes;
    return { holds: true, index: this.#count++ };
  }

  /** What became of a record that was taken. */
  verdict(nonce: string): Verdict | undefined {
    return this.#verdicts.get(nonce);
  }

  /** Notes records before the place where the fold began: they are in its numbers already. */
  skip(marks: Iterable<Mark>): void {
    for (const { nonce } of marks) this.#verdicts.set(nonce, undefined);
  }
}
