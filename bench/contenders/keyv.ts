import { load } from "./_load.ts";
import type { Found, Store, StoreOptions } from "./contender.ts";

const { Keyv } = await load("keyv");

/** Its own calls are those of the workloads. */
export function makeAsyncStore(
  { ttl }: StoreOptions,
): Store<Promise<unknown>, Promise<Found>> {
  return new Keyv({ store: new Map(), ttl, serialization: false });
}
