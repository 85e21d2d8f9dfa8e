import { Adapter, type Cache } from "./_adapter.ts";
import { load } from "./_load.ts";
import type { Store, StoreOptions, Value } from "./contender.ts";

type TTL = Cache & { setTTL(key: string): void; cancelTimer(): void };

const { TTLCache } = await load("@isaacs/ttlcache");

class Isaacs extends Adapter<TTL> {
  touch(key: string): unknown {
    return this.cache.setTTL(key);
  }
  override setFor(key: string, value: Value, ttl: number): unknown {
    return this.cache.set(key, value, { ttl: Math.ceil(ttl) });
  }
  stop(): void {
    this.cache.cancelTimer();
  }
}

export function makeStore({ ttl }: StoreOptions): Store {
  return new Isaacs(new TTLCache({ ttl, checkAgeOnGet: true }));
}
