import { Adapter } from "./_adapter.ts";
import { load } from "./_load.ts";
import type { Store, StoreOptions, Value } from "./contender.ts";

const { LRUCache } = await load("lru-cache");
const TOUCH = { updateAgeOnGet: true };

class Lru extends Adapter {
  touch(key: string): unknown {
    return this.cache.get(key, TOUCH);
  }
  override setFor(key: string, value: Value, ttl: number): unknown {
    return this.cache.set(key, value, { ttl });
  }
}

export function makeStore({ size, ttl, sweeps }: StoreOptions): Store {
  return new Lru(new LRUCache({ max: size, ttl, ttlAutopurge: sweeps }));
}
