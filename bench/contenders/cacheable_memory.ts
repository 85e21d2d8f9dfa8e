import { load } from "./_load.ts";
import type { Found, Store, StoreOptions, Value } from "./contender.ts";

interface Cache {
  set(key: string, value: Value, ttl?: number): void;
  get(key: string): Found;
  delete(key: string): void;
  size: number;
  stopIntervalCheck(): void;
}

const { CacheableMemory } = await load("@cacheable/memory");

class Adapter implements Store {
  readonly #cache: Cache;

  constructor({ ttl, sweeps }: StoreOptions) {
    this.#cache = new CacheableMemory({
      ttl,
      useClone: false,
      checkInterval: sweeps ? 1000 : 0,
    });
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
  setFor(key: string, value: Value, ttl: number): unknown {
    return this.#cache.set(key, value, ttl);
  }
  held(): number {
    return this.#cache.size;
  }
  stop(): void {
    this.#cache.stopIntervalCheck();
  }
}

export function makeStore(options: StoreOptions): Store {
  return new Adapter(options);
}
