import { ExpiringStore } from "../../mod.ts";
import { Adapter } from "./_adapter.ts";
import type { Store, StoreOptions, Value } from "./contender.ts";

class Mayfly extends Adapter<ExpiringStore<string, Value>> {
  /** Its size would remove what is due. */
  override held = undefined;

  touch(key: string): unknown {
    return this.cache.touch(key);
  }
  stop(): void {
    this.cache.shutdown();
  }
}

export function makeStore({ ttl }: StoreOptions): Store {
  return new Mayfly(new ExpiringStore<string, Value>({ ttl }));
}
