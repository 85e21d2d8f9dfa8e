import { Adapter } from "./_adapter.ts";
import { load } from "./_load.ts";
import type { Store, StoreOptions } from "./contender.ts";

const { LruMap } = await load("toad-cache");

export function makeStore({ size, ttl }: StoreOptions): Store {
  return new Adapter(new LruMap(size, ttl));
}
