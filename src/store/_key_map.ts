/**
 * From keys to slots: a `Map`, in the order in which the keys were added, that
 * can lose most of its keys without a stall.
 *
 * A runtime's `Map` copies itself into a smaller table when a deletion leaves it
 * a quarter full: tens of ms for a million keys, in one call. So once a sweep has
 * halved a large map, a swept key is retired (its slot becomes `undefined`, and to any
 * reader it is absent), and the map is then cleared at once when nothing lives, or copied
 * without the retired keys, in as many steps as wanted.
 */

/** Maps of fewer keys than this shrink too quickly to notice. */
const LARGE = 1 << 15;
/** How many keys a removal copies while the map is being copied: it ends even if no sweep comes. */
const STEPS_A_REMOVAL = 4;

/** A map while it was the one in use, and what came after it. */
interface Era<K> {
  readonly map: Map<K, number | undefined>;
  /** Whether anyone has begun to walk over it. */
  walked: boolean;
  /** The era after it, and the key in its map behind which are those that were added since. */
  next: { era: Era<K>; from: K | undefined } | undefined;
}

/** The keys of a store, each with the slot of its entry. */
export class KeyMap<K> {
  /** A key without a slot is not there: retired, or hidden by a step. Keys come and go through the methods. */
  map: Map<K, number | undefined> = new Map();
  #era: Era<K> = { map: this.map, walked: false, next: undefined };
  /** Past eras that someone may still be walking over: who does holds them. */
  #pastEras: WeakRef<Era<K>>[] = [];
  /** Keys of nobody's in the map, from which such a walk goes on. */
  #marks: K[] = [];
  #peak = 0;
  #retired = 0;
  #copy: Map<K, number | undefined> | undefined;
  #uncopied: Iterator<[K, number | undefined]> | undefined;

  /** Adds a key that is absent. */
  add(key: K, slot: number): void {
    // A retired key would keep its old place in the order.
    if (this.#retired > 0 && this.map.delete(key)) this.#retired--;
    this.map.set(key, slot);
  }

  /** Removes a key that is there. */
  remove(key: K): void {
    if (this.#copy !== undefined) return this.#retire(key);
    this.map.delete(key);
    if (this.#pastEras.length > 0) this.#removeFromPast(key);
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
    if (this.#pastEras.length > 0) this.#removeFromPast(key);
    if (this.#copy === undefined) return;
    this.#copy.delete(key);
    this.settle(STEPS_A_REMOVAL);
  }

  #removeFromPast(key: K): void {
    for (const era of this.#livePastEras()) era.map.delete(key);
  }

  #livePastEras(): Era<K>[] {
    const eras = this.#pastEras.flatMap((ref) => ref.deref() ?? []);
    if (eras.length === 0) {
      this.#pastEras = [];
      for (const mark of this.#marks.splice(0)) this.map.delete(mark);
    }
    return eras;
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
    if (this.#pastEras.length === 0) return;
    for (const era of this.#livePastEras()) era.map.clear();
    for (const mark of this.#marks) this.map.set(mark, undefined);
  }

  /**
   * Walks over the keys that are there, as an iterator of a `Map` does: what is added meanwhile
   * comes last, also when it was there before and the map was swapped or cleared.
   */
  *walk(): Generator<K, undefined, undefined> {
    let era = this.#era;
    let from: K | undefined;
    for (;;) {
      era.walked = true;
      for (const [key, slot] of era.map) {
        if (from !== undefined) {
          if (key === from) from = undefined;
        } else if (slot !== undefined) yield key;
      }
      if (era.next === undefined) return;
      ({ era, from } = era.next);
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
    const live = this.map.size - this.#retired - this.#marks.length;
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
    const past = this.#era;
    this.map = copy;
    this.#era = { map: copy, walked: false, next: undefined };
    this.#peak = copy.size;
    this.#retired = 0;
    this.#copy = this.#uncopied = undefined;
    this.#marks = [];
    if (!past.walked && this.#livePastEras().length === 0) return;
    const mark = {} as K;
    copy.set(mark, undefined);
    this.#marks.push(mark);
    past.next = { era: this.#era, from: mark };
    this.#era.walked = true;
    this.#pastEras.push(new WeakRef(past));
  }
}
