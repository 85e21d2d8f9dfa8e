import { Adapter } from "./_adapter.ts";
import type { Found, Store, Value } from "./contender.ts";

class MapStore extends Adapter<Map<string, Value>> {
  touch(key: string): Found {
    return this.cache.get(key);
  }
}

export function makeStore(): Store {
  return new MapStore(new Map<string, Value>());
}
