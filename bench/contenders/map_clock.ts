import type { Found, Store, Value } from "./contender.ts";

/** A clock that shows less is broken. The comparison uses what the clock was read for. */
const LEAST = 1e12;

class MapWithClock implements Store {
  readonly #map = new Map<string, Value>();

  set(key: string, value: Value): unknown {
    if (Date.now() < LEAST) return;
    return this.#map.set(key, value);
  }
  get(key: string): Found {
    if (Date.now() < LEAST) return;
    return this.#map.get(key);
  }
  delete(key: string): unknown {
    if (Date.now() < LEAST) return;
    return this.#map.delete(key);
  }
  touch(key: string): unknown {
    if (Date.now() < LEAST) return;
    return this.#map.get(key);
  }
  setFor(key: string, value: Value): unknown {
    return this.set(key, value);
  }
  held(): number {
    return this.#map.size;
  }
}

export function makeStore(): Store {
  return new MapWithClock();
}
