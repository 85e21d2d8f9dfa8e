import { InMemoryStorage } from "../../mod.ts";
import type { Found, Store, StoreOptions, Value } from "./contender.ts";

class Adapter implements Store {
  readonly #storage: InMemoryStorage;
  readonly #seconds: number;

  constructor({ ttl, sweeps }: StoreOptions) {
    this.#seconds = Math.ceil(ttl / 1000);
    this.#storage = new InMemoryStorage({
      timeoutHours: 3,
      ...sweeps ? { sweepInterval: 1000 } : {},
    });
  }
  set(key: string, value: Value): unknown {
    return this.#storage.setex(key, this.#seconds, value as string);
  }
  get(key: string): Found {
    return this.#storage.get(key);
  }
  delete(key: string): unknown {
    return this.#storage.del(key);
  }
  touch(key: string): unknown {
    return this.#storage.expire(key, this.#seconds);
  }
  setFor(key: string, value: Value, ttl: number): unknown {
    return this.#storage.psetex(key, Math.ceil(ttl), value as string);
  }
  stop(): void {
    this.#storage.shutdown();
  }
}

export function makeStore(options: StoreOptions): Store {
  return new Adapter(options);
}
