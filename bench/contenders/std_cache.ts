import process from "node:process";
import { load } from "./_load.ts";
import type { Found, Store, StoreOptions, Value } from "./contender.ts";

interface Cache {
  set(key: string, value: Value, options?: { ttl: number }): unknown;
  get(key: string): Found;
  delete(key: string): boolean;
  clear(): void;
  size: number;
}

// Bundled from JSR beforehand, so that all three runtimes can import it.
const { TtlCache } = await load(process.env["BENCH_STD_CACHE"]!);

class Adapter implements Store {
  readonly #cache: Cache;

  constructor(ttl: number) {
    this.#cache = new TtlCache(ttl);
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
    return this.#cache.set(key, value, { ttl });
  }
  held(): number {
    return this.#cache.size;
  }
  stop(): void {
    this.#cache.clear();
  }
}

export function makeStore({ ttl }: StoreOptions): Store {
  return new Adapter(ttl);
}
