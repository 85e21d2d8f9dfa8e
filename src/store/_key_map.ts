/**
 * From keys to slots: a `Map`, in the order in which the keys were added, that
 * can lose most of its keys without a stall.
 *
 * A runtime's `Map` copies itself into a smaller table when a deletion leaves it
 * a quarter full: tens of ms for a million keys, in one call. So while a large map
 * shrinks, a swept key is retired (its slot becomes `undefined`, and to any reader it is
 * absent) and the map is cleared at once when nothing lives, or copied key by key,
 * in as many steps as wanted, when the retired keys outnumber the live ones.
 */

/** Maps of fewer keys than this shrink too quickly to notice. */
const LARGE = 1 << 15;

/** The keys of a store, each with the slot of its entry. */
export class KeyMap<K> {
  /** Read it at will; change it through the methods. A retired key has the slot `undefined`. */
  map: Map<K, number | undefined> = new Map();
  #peak = 0;
  #retired = 0;
  #copy: Map<K, number> | undefined;
  #uncopied: Iterator<[K, number | undefined]> | undefined;

  /** Adds a key that is absent. */
  add(key: K, slot: number): void {
    // A retired key would keep its old place in the order.
    if (this.#retired > 0 && this.map.delete(key)) this.#retired--;
    this.map.set(key, slot);
  }

  /** Removes a key that is there. */
  remove(key: K): void {
    if (this.#copy === undefined) this.map.delete(key);
    else this.#retire(key);
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
    this.#copy?.delete(key);
  }

  /** Hides a key that is there and keeps its place in the order, until it is removed or has a slot again. */
  park(key: K): void {
    this.map.set(key, undefined);
  }

  /** Gives a parked key a slot, in the place that it had. */
  unpark(key: K, slot: number): void {
    this.map.set(key, slot);
  }

  /** Takes back the last {@linkcode add}. */
  unadd(key: K): void {
    this.map.delete(key);
  }

  /** Moves a key that is there to the end of the order. */
  renew(key: K, slot: number): void {
    this.map.delete(key);
    this.map.set(key, slot);
    this.#copy?.delete(key);
  }

  /** Forgets all keys. */
  clear(): void {
    this.map.clear();
    this.#peak = this.#retired = 0;
    this.#copy = this.#uncopied = undefined;
  }

  /** Walks over the keys that are there, also when the map is swapped meanwhile. */
  *walk(): Generator<K, undefined, undefined> {
    let map = this.map;
    let walked: Map<K, number | undefined> | undefined;
    for (;;) {
      for (const [key, slot] of map) {
        if (slot === undefined || walked?.get(key) !== undefined) continue;
        yield key;
      }
      // A sweep may have put a smaller map in its place: go on with what was added since.
      if (map === this.map) return;
      walked = map;
      map = this.map;
    }
  }

  /** Whether {@linkcode settle} has work to do. */
  get unsettled(): boolean {
    return this.#retired > this.map.size - this.#retired ||
      this.#copy !== undefined;
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
      if (this.#retired <= live) return false;
      this.#copy = new Map();
      this.#uncopied = this.map.entries();
    }
    while (steps-- > 0) {
      const { done, value } = this.#uncopied!.next();
      if (done) {
        this.map = this.#copy;
        this.#peak = this.map.size;
        this.#retired = 0;
        this.#copy = this.#uncopied = undefined;
        return false;
      }
      if (value[1] !== undefined) this.#copy.set(value[0], value[1]);
    }
    return true;
  }
}
