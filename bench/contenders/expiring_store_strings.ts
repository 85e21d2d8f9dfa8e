import { ExpiringStore } from "../../mod.ts";
import type { Found, Store, StoreOptions, Value } from "./contender.ts";

class Adapter implements Store {
  readonly #store = new ExpiringStore<string, Value>();
  readonly #ttl: number;

  constructor(ttl: number) {
    this.#ttl = ttl;
  }
  set(key: string, value: Value): unknown {
    return this.#store.set(key, value, this.#ttl);
  }
  get(key: string): Found {
    return this.#store.get(key);
  }
  delete(key: string): unknown {
    return this.#store.delete(key);
  }
  touch(key: string): unknown {
    return this.#store.touch(key, this.#ttl);
  }
  stop(): void {
    this.#store.shutdown();
  }
}

export function makeStore({ ttl }: StoreOptions): Store {
  return new Adapter(ttl);
}
