/** What most stores have in common: the calls are theirs. */
import type { Found, Store, Value } from "./contender.ts";

/** The part of a store that the workloads use. */
export interface Cache {
  // deno-lint-ignore no-explicit-any
  set(key: string, value: Value, ttl?: any): unknown;
  // deno-lint-ignore no-explicit-any
  get(key: string, options?: any): Found;
  delete(key: string): unknown;
  readonly size: number;
}

/** A store behind the calls of the workloads. */
export class Adapter<C extends Cache = Cache> implements Store {
  readonly cache: C;

  constructor(cache: C) {
    this.cache = cache;
  }
  set(key: string, value: Value): unknown {
    return this.cache.set(key, value);
  }
  get(key: string): Found {
    return this.cache.get(key);
  }
  delete(key: string): unknown {
    return this.cache.delete(key);
  }
  setFor(key: string, value: Value, ttl: number): unknown {
    return this.cache.set(key, value, ttl);
  }
  held?(): number {
    return this.cache.size;
  }
}
