/** Where logs ended when this process last wrote to them: saves reading the end of a log that nobody else writes to. */

import type { Place } from "./_journal_line.ts";

/** How many logs of a storage are remembered. */
const MAX_LOGS = 1000;

/** The ends of logs, by storage and key; those that it has known for longest are forgotten. */
export class KnownPlaces {
  readonly #places = new WeakMap<object, Map<string, Place>>();

  /** The end of a log, if its length is still what it was then. */
  get(storage: object, key: string, length: number): Place | undefined {
    const place = this.#places.get(storage)?.get(key);
    return place?.offset === length ? place : undefined;
  }

  /** Remembers where a log ends now. */
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
