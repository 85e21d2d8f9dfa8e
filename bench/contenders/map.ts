import type { Found, Store, Value } from "./contender.ts";

class MapStore implements Store {
  readonly #map = new Map<string, Value>();

  set(key: string, value: Value): unknown {
    return this.#map.set(key, value);
  }
  get(key: string): Found {
    return this.#map.get(key);
  }
  delete(key: string): unknown {
    return this.#map.delete(key);
  }
  touch(key: string): unknown {
    return this.#map.get(key);
  }
  setFor(key: string, value: Value): unknown {
    return this.#map.set(key, value);
  }
  held(): number {
    return this.#map.size;
  }
}

export function makeStore(): Store {
  return new MapStore();
}
