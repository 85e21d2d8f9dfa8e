import { load } from "./_load.ts";
import type { Found, Store, StoreOptions, Value } from "./contender.ts";

interface Cache {
  set(key: string, value: Value, options?: { ttl: number }): unknown;
  get(key: string): Found;
  setTTL(key: string): void;
  delete(key: string): boolean;
  cancelTimer(): void;
  size: number;
}

const { TTLCache } = await load("@isaacs/ttlcache");

class Adapter implements Store {
  readonly #cache: Cache;

  constructor(ttl: number) {
    this.#cache = new TTLCache({ ttl, checkAgeOnGet: true });
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
    return this.#cache.setTTL(key);
  }
  setFor(key: string, value: Value, ttl: number): unknown {
    return this.#cache.set(key, value, { ttl: Math.ceil(ttl) });
  }
  held(): number {
    return this.#cache.size;
  }
  stop(): void {
    this.#cache.cancelTimer();
  }
}

export function makeStore({ ttl }: StoreOptions): Store {
  return new Adapter(ttl);
}
