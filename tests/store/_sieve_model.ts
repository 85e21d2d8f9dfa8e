/** SIEVE as naive as can be: an array that is looked through from end to end. */

const NOBODY = Symbol("nobody");

/** Keys in the order in which they came, some with a mark, and a hand. */
export class SieveModel {
  readonly #queue: unknown[] = [];
  readonly #marked = new Set<unknown>();
  #hand: unknown = NOBODY;

  #indexOf(key: unknown): number {
    return this.#queue.findIndex((other) => same(other, key));
  }

  /** The key comes, or is used if it is there. */
  use(key: unknown): void {
    if (this.#indexOf(key) >= 0) this.#marked.add(key);
    else this.#queue.push(key);
  }

  remove(key: unknown): void {
    const index = this.#indexOf(key);
    if (index < 0) return;
    if (same(this.#hand, key)) this.#hand = this.#keyAt(index + 1);
    this.#queue.splice(index, 1);
    this.#marked.delete(key);
  }

  clear(): void {
    this.#queue.length = 0;
    this.#marked.clear();
    this.#hand = NOBODY;
  }

  /** The key to evict, which is none of the spared. */
  victim(isSpared: (key: unknown) => boolean): unknown {
    for (let i = 0; i <= 3 * this.#queue.length; i++) {
      if (this.#hand === NOBODY) this.#hand = this.#keyAt(0);
      const key = this.#hand;
      if (!isSpared(key) && !this.#marked.delete(key)) return key;
      this.#hand = this.#keyAt(this.#indexOf(key) + 1);
    }
    return undefined;
  }

  #keyAt(index: number): unknown {
    return index < this.#queue.length ? this.#queue[index] : NOBODY;
  }
}

function same(one: unknown, other: unknown): boolean {
  return one === other || Object.is(one, other);
}
