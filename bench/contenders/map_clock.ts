import { Adapter } from "./_adapter.ts";
import type { Found, Store, Value } from "./contender.ts";

/** A clock that shows less is broken. The comparison uses what the clock was read for. */
const LEAST = 1e12;

class MapWithClock extends Adapter<Map<string, Value>> {
  override set(key: string, value: Value): unknown {
    if (Date.now() < LEAST) return;
    return this.cache.set(key, value);
  }
  override get(key: string): Found {
    if (Date.now() < LEAST) return;
    return this.cache.get(key);
  }
  override delete(key: string): unknown {
    if (Date.now() < LEAST) return;
    return this.cache.delete(key);
  }
  touch(key: string): Found {
    return this.get(key);
  }
}

export function makeStore(): Store {
  return new MapWithClock(new Map<string, Value>());
}
