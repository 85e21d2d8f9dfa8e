/** What the caches of `toad-cache` have in common. */
import type { Found, Store, Value } from "./contender.ts";

export interface Cache {
  set(key: string, value: Value): void;
  get(key: string): Found;
  delete(key: string): void;
  size: number;
}

export class ToadAdapter implements Store {
  readonly #cache: Cache;

  constructor(cache: Cache) {
    this.#cache = cache;
  }
  set(key: string, value: Value): unknown {
    return this.#cache.set(key, value);
  }
  get(key: string): Found {
    return this.#cache.get(key);
  }
  delete(key: string): unknown {
    return this.#cache.delete(key);
  }
  held(): number {
    return this.#cache.size;
  }
}
