import { load } from "./_load.ts";
import type { Found, Store, StoreOptions, Value } from "./contender.ts";

interface Cache {
  set(key: string, value: Value, seconds?: number): boolean;
  get(key: string): Found;
  ttl(key: string): boolean;
  del(key: string): number;
  close(): void;
  getStats(): { keys: number };
}

const { default: NodeCache } = await load("node-cache");

class Adapter implements Store {
  readonly #cache: Cache;

  constructor({ ttl, sweeps }: StoreOptions) {
    this.#cache = new NodeCache({
      stdTTL: ttl / 1000,
      useClones: false,
      checkperiod: sweeps ? 1 : 0,
    });
  }
  set(key: string, value: Value): unknown {
    return this.#cache.set(key, value);
  }
  get(key: string): Found {
    return this.#cache.get(key);
  }
  delete(key: string): unknown {
    return this.#cache.del(key);
  }
  touch(key: string): unknown {
    return this.#cache.ttl(key);
  }
  setFor(key: string, value: Value, ttl: number): unknown {
    return this.#cache.set(key, value, ttl / 1000);
  }
  held(): number {
    return this.#cache.getStats().keys;
  }
  stop(): void {
    this.#cache.close();
  }
}

export function makeStore(options: StoreOptions): Store {
  return new Adapter(options);
}
