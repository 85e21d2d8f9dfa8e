import { Adapter, type Cache } from "./_adapter.ts";
import { load } from "./_load.ts";
import type { Store, StoreOptions } from "./contender.ts";

const { CacheableMemory } = await load("@cacheable/memory");

class Cacheable extends Adapter<Cache & { stopIntervalCheck(): void }> {
  stop(): void {
    this.cache.stopIntervalCheck();
  }
}

export function makeStore({ ttl, sweeps }: StoreOptions): Store {
  const checkInterval = sweeps ? 1000 : 600_000;
  return new Cacheable(
    new CacheableMemory({ ttl, useClone: false, checkInterval }),
  );
}
