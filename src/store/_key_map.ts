/**
 * A `Map` of keys to slots that can lose most of its keys without a stall.
 *
 * A runtime's `Map` copies itself into a smaller table when a deletion leaves it a quarter full:
 * tens of ms for a million keys, in one call. So once a sweep has halved a large map, a swept key
 * is retired: its slot becomes `undefined`. The map is then cleared, or copied step by step
 * without the retired keys.
 */

/** Maps of fewer keys than this shrink too quickly to notice. */
const LARGE = 1 << 15;
/** The number of keys that a removal copies while the map is being copied, so that the copy ends without a sweep. */
const STEPS_A_REMOVAL = 4;

/** The keys of a store, each with the slot of its entry. */
export class KeyMap<K> {
  /** A key without a slot is absent: retired, or hidden by a step. */
  map: Map<K, number | undefined> = new Map();
  /** Whether an iteration over the map has begun. */
  #walked = false;
  /** Former maps that an iteration may still read and keep alive: they get the same changes. */
  #past: WeakRef<Map<K, number | undefined>>[] = [];
  #peak = 0;
  #retired = 0;
  #copy: Map<K, number | undefined> | undefined;
  #uncopied: Iterator<[K, number | undefined]> | undefined;

  /** Whether a new key needs more than an entry in the map. */
  get isSplit(): boolean {
    return this.#retired > 0 || this.#past.length > 0;
  }

  /** Adds a key that is absent. */
  add(key: K, slot: number): void {
    // A retired key would keep its old place in the order.
    if (this.#retired > 0 && this.map.delete(key)) this.#retired--;
    this.map.set(key, slot);
    if (this.#past.length === 0) return;
    for (const map of this.#pastMaps()) {
      map.delete(key);
      map.set(key, slot);
    }
  }

  /** Removes a key that is there. */
  remove(key: K): void {
    if (this.#copy !== undefined) return this.#retire(key);
    this.map.delete(key);
    if (this.#past.length > 0) this.#removeFromPast(key);
  }

  /** Removes a key that is there as one of many: see {@linkcode settle}. */
  sweep(key: K): void {
    const size = this.map.size;
    if (size > this.#peak) this.#peak = size;
    if (this.#peak < LARGE || size > this.#peak / 2) this.remove(key);
    else this.#retire(key);
  }

  #retire(key: K): void {
    this.map.set(key, undefined);
    this.#retired++;
    if (this.#past.length > 0) this.#removeFromPast(key);
    if (this.#copy === undefined) return;
    this.#copy.delete(key);
    this.settle(STEPS_A_REMOVAL);
  }

  #removeFromPast(key: K): void {
    for (const map of this.#pastMaps()) map.delete(key);
  }

  #pastMaps(): Map<K, number | undefined>[] {
    const maps = this.#past.flatMap((ref) => ref.deref() ?? []);
    if (maps.length === 0) this.#past = [];
    return maps;
  }

  /** Gives a key that is there another slot. */
  relocate(key: K, slot: number): void {
    this.map.set(key, slot);
    if (this.#copy?.has(key)) this.#copy.set(key, slot);
  }

  /** Forgets all keys. */
  clear(): void {
    this.map.clear();
    this.#peak = this.#retired = 0;
    this.#copy = this.#uncopied = undefined;
    for (const map of this.#pastMaps()) map.clear();
  }

  /**
   * Iterates over the keys as an iterator of a `Map` does: a key that is added meanwhile
   * comes last, also when it was there before and the map was swapped or cleared.
   */
  *walk(): Generator<K, undefined, undefined> {
    this.#walked = true;
    for (const [key, slot] of this.map) {
      if (slot !== undefined) yield key;
    }
  }

  /** Whether {@linkcode settle} has work to do. */
  get unsettled(): boolean {
    return this.#retired > 0;
  }

  /**
   * Makes the map smaller after a sweep, by up to `steps` keys.
   *
   * @returns Whether there is more to do.
   */
  settle(steps: number): boolean {
    const live = this.map.size - this.#retired;
    if (this.#retired === 0) {
      this.#peak = live;
      return false;
    }
    if (live === 0) {
      this.clear();
      return false;
    }
    if (this.#copy === undefined) {
      this.#copy = new Map();
      this.#uncopied = this.map.entries();
    }
    while (steps-- > 0) {
      const { done, value } = this.#uncopied!.next();
      if (done) {
        this.#swap(this.#copy);
        return false;
      }
      if (value[1] !== undefined) this.#copy.set(value[0], value[1]);
    }
    return true;
  }

  #swap(copy: Map<K, number | undefined>): void {
    if (this.#walked) this.#past.push(new WeakRef(this.map));
    this.#walked = false;
    this.map = copy;
    this.#peak = copy.size;
    this.#retired = 0;
    this.#copy = this.#uncopied = undefined;
  }
}
