/** Decides which records of a log are valid, by their order in it, so that all readers agree. */

import type { LineMark, Place } from "./_journal_line.ts";

/** The decision about a record. */
export type Verdict =
  | { readonly holds: true; readonly index: number }
  | { readonly holds: false; readonly limit: "maxRecords" | "maxBytes" };

/** The part of a record's mark that the decision needs. */
type RecordMark = Pick<LineMark, "nonce" | "bytes" | "limits">;

/** Goes through a log, or through the part of it after a known place. */
export class Fold {
  #count: number;
  #size: number;
  /** The decisions by nonce; `undefined` for a record that was skipped. */
  readonly #verdicts = new Map<string, Verdict | undefined>();

  constructor({ count, size }: Place) {
    this.#count = count;
    this.#size = size;
  }

  /** The number of valid records so far. */
  get count(): number {
    return this.#count;
  }

  /** The number of bytes of the header and the valid records so far. */
  get size(): number {
    return this.#size;
  }

  /** Takes the header. */
  header({ bytes }: LineMark): void {
    this.#size += bytes;
  }

  /** Takes the next record; `undefined` for a duplicate, which a client had sent again. */
  record(mark: RecordMark): Verdict | undefined {
    if (this.#verdicts.has(mark.nonce)) return undefined;
    const verdict = this.#decide(mark);
    this.#verdicts.set(mark.nonce, verdict);
    return verdict;
  }

  #decide({ bytes, limits }: RecordMark): Verdict {
    if (this.#count >= limits.maxRecords) {
      return { holds: false, limit: "maxRecords" };
    }
    if (this.#size + bytes > limits.maxBytes) {
      return { holds: false, limit: "maxBytes" };
    }
    this.#size += bytes;
    return { holds: true, index: this.#count++ };
  }

  /** The decision about a record that was taken. */
  verdict(nonce: string): Verdict | undefined {
    return this.#verdicts.get(nonce);
  }

  /** Remembers records before the known place, which its numbers include, to find duplicates. */
  skip(marks: Iterable<LineMark>): void {
    for (const { nonce } of marks) this.#verdicts.set(nonce, undefined);
  }
}
