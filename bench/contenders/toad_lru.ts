import { load } from "./_load.ts";
import type { Found, Store, StoreOptions, Value } from "./contender.ts";

interface Cache {
  set(key: string, value: Value): void;
  get(key: string): Found;
  delete(key: string): void;
  size: number;
}

const { LruMap } = await load("toad-cache");

class Adapter implements Store {
  readonly #cache: Cache;

  constructor({ size, ttl }: StoreOptions) {
    this.#cache = new LruMap(size, ttl);
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

export function makeStore(options: StoreOptions): Store {
  return new Adapter(options);
}
