import { load } from "./_load.ts";
import { ToadAdapter } from "./_toad.ts";
import type { Store, StoreOptions } from "./contender.ts";

const { FifoMap } = await load("toad-cache");

export function makeStore({ size, ttl }: StoreOptions): Store {
  return new ToadAdapter(new FifoMap(size, ttl));
}
