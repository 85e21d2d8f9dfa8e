import { load } from "./_load.ts";
import { ToadAdapter } from "./_toad.ts";
import type { Store, StoreOptions } from "./contender.ts";

const { LruMap } = await load("toad-cache");

export function makeStore({ size, ttl }: StoreOptions): Store {
  return new ToadAdapter(new LruMap(size, ttl));
}
