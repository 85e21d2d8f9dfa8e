/** Checked, never run: what callers of leases, caches and effects get to see. */

import type { Redis } from "ioredis";
import type { InMemoryStorage, StorageBackend } from "@mayfly/store";
import { Cache, type CacheStorage } from "@mayfly/store/cache";
import { type Lease, Leases, type LeaseStorage } from "@mayfly/store/lease";
import { Once, type OnceStorage } from "@mayfly/store/once";
import * as z from "zod";

type Assert<T extends true> = T;
type Is<A, B> = A extends B ? true : false;

/** Compiles as long as all of it is true. */
export type Checks = [
  Assert<Is<StorageBackend, LeaseStorage & CacheStorage & OnceStorage>>,
  Assert<Is<InMemoryStorage, LeaseStorage & CacheStorage & OnceStorage>>,
  Assert<Is<Redis, LeaseStorage & CacheStorage & OnceStorage>>,
  Assert<Is<Lease, AsyncDisposable>>,
];

export async function calls(storage: StorageBackend): Promise<void> {
  const lease: Lease | undefined = await new Leases({ storage }).acquire("k");
  const schema = z.object({ id: z.number() });
  const cache = new Cache("c", { storage, ttl: ({ id }) => id, schema });
  const value: { id: number } = await cache.get("k", ({ stale }) => {
    const id: number | undefined = stale?.id;
    return { id: id ?? 1 };
  });
  const once = new Once("o", { storage, schema });
  const answer: { id: number } = await once.run("k", () => ({ id: 1 }));
  void [lease, value, answer];

  // @ts-expect-error A cache needs a ttl.
  new Cache("c", { storage });
  // @ts-expect-error The schema says what is loaded.
  await cache.get("k", () => "text");
  // @ts-expect-error An input is JSON.
  await once.run("k", () => ({ id: 1 }), { input: new Map() });
}
