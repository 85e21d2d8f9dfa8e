/** The usual way: a `Map`, and a timer for each entry. */
export class TimeoutStore<K, V> {
  readonly #map = new Map<K, V>();

  /** How many entries are in memory. */
  get size(): number {
    return this.#map.size;
  }

  /** Sets an entry that a timer removes after so many ms. */
  set(key: K, value: V, ttl: number): void {
    this.#map.set(key, value);
    setTimeout(() => this.#map.delete(key), ttl);
  }

  /** The value of an entry whose timer has not come yet. */
  get(key: K): V | undefined {
    return this.#map.get(key);
  }
}
