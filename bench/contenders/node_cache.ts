import { Adapter, type Cache } from "./_adapter.ts";
import { load } from "./_load.ts";
import type { Store, StoreOptions, Value } from "./contender.ts";

interface Node extends Cache {
  ttl(key: string): boolean;
  del(key: string): number;
  close(): void;
  getStats(): { keys: number };
}

const { default: NodeCache } = await load("node-cache");

class NodeAdapter extends Adapter<Node> {
  override delete(key: string): unknown {
    return this.cache.del(key);
  }
  touch(key: string): unknown {
    return this.cache.ttl(key);
  }
  override setFor(key: string, value: Value, ttl: number): unknown {
    return this.cache.set(key, value, ttl / 1000);
  }
  override held(): number {
    return this.cache.getStats().keys;
  }
  stop(): void {
    this.cache.close();
  }
}

export function makeStore({ ttl, sweeps }: StoreOptions): Store {
  const checkperiod = sweeps ? 1 : 600;
  return new NodeAdapter(
    new NodeCache({ stdTTL: ttl / 1000, useClones: false, checkperiod }),
  );
}
