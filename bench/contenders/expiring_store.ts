import { ExpiringStore } from "../../mod.ts";
import type { Found, Store, StoreOptions, Value } from "./contender.ts";

class Adapter implements Store {
  readonly #store: ExpiringStore<string, Value>;

  constructor(ttl: number) {
    this.#store = new ExpiringStore<string, Value>({ ttl });
  }
  set(key: string, value: Value): unknown {
    return this.#store.set(key, value);
  }
  get(key: string): Found {
    return this.#store.get(key);
  }
  delete(key: string): unknown {
    return this.#store.delete(key);
  }
  touch(key: string): unknown {
    return this.#store.touch(key);
  }
  setFor(key: string, value: Value, ttl: number): unknown {
    return this.#store.set(key, value, ttl);
  }
  stop(): void {
    this.#store.shutdown();
  }
}

export function makeStore({ ttl }: StoreOptions): Store {
  return new Adapter(ttl);
}
