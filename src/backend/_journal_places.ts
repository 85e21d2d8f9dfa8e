/** Remembers the ends of logs, to save reading the end of a log that only this process writes to. */

import type { Place } from "./_journal_line.ts";

/** The number of logs of a storage that are remembered. */
const MAX_LOGS = 1000;

/** The ends of logs, by storage and key; forgets the oldest. */
export class KnownPlaces {
  readonly #places = new WeakMap<object, Map<string, Place>>();

  /** The end of a log, if the log still has that length. */
  get(storage: object, key: string, length: number): Place | undefined {
    const place = this.#places.get(storage)?.get(key);
    return place?.offset === length ? place : undefined;
  }

  /** Remembers the end of a log. */
  set(storage: object, key: string, place: Place): void {
    let places = this.#places.get(storage);
    if (places === undefined) this.#places.set(storage, places = new Map());
    places.set(key, place);
    if (places.size > MAX_LOGS) {
      for (const oldest of places.keys()) {
        places.delete(oldest);
        break;
      }
    }
  }
}
