import { load } from "./_load.ts";
import type { Found, Store, StoreOptions, Value } from "./contender.ts";

interface Cache {
  set(key: string, value: Value, options?: { ttl: number }): unknown;
  get(key: string, options?: { updateAgeOnGet: boolean }): Found;
  delete(key: string): boolean;
  clear(): void;
  size: number;
}

const { LRUCache } = await load("lru-cache");
const TOUCH = { updateAgeOnGet: true };

class Adapter implements Store {
  readonly #cache: Cache;

  constructor({ size, ttl, sweeps }: StoreOptions) {
    this.#cache = new LRUCache({ max: size, ttl, ttlAutopurge: sweeps });
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
  touch(key: string): unknown {
    return this.#cache.get(key, TOUCH);
  }
  setFor(key: string, value: Value, ttl: number): unknown {
    return this.#cache.set(key, value, { ttl });
  }
  held(): number {
    return this.#cache.size;
  }
}

export function makeStore(options: StoreOptions): Store {
  return new Adapter(options);
}
