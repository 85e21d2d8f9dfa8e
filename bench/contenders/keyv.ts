import { load } from "./_load.ts";
import type { Found, Store, StoreOptions, Value } from "./contender.ts";

interface Cache {
  set(key: string, value: Value, ttl?: number): Promise<boolean>;
  get(key: string): Promise<Found>;
  delete(key: string): Promise<boolean>;
}

const { Keyv } = await load("keyv");

class Adapter implements Store<Promise<unknown>, Promise<Found>> {
  readonly #map = new Map<string, unknown>();
  readonly #cache: Cache;

  constructor(ttl: number) {
    this.#cache = new Keyv({ store: this.#map, ttl, serialization: false });
  }
  set(key: string, value: Value): Promise<unknown> {
    return this.#cache.set(key, value);
  }
  get(key: string): Promise<Found> {
    return this.#cache.get(key);
  }
  delete(key: string): Promise<unknown> {
    return this.#cache.delete(key);
  }
  held(): number {
    return this.#map.size;
  }
}

export function makeAsyncStore(
  { ttl }: StoreOptions,
): Store<Promise<unknown>, Promise<Found>> {
  return new Adapter(ttl);
}
