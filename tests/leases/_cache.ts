/** A cache under test, and where its values come from. */

import { Cache, type CacheOptions, type Load } from "@mayfly/store/cache";

export const TTL = 60_000;
export const LEASE = 3000;

/** Loads 1, 2, 3 and so on, each when it is let. */
export class Origin {
  count = 0;
  readonly stale: (number | undefined)[] = [];
  failure: Error | undefined;
  hold: Promise<unknown> = Promise.resolve();

  readonly load: Load<number> = async ({ stale }) => {
    this.stale.push(stale);
    const value = ++this.count;
    await this.hold;
    if (this.failure) throw this.failure;
    return value;
  };
}

export function cacheOf(
  storage: CacheOptions<number>["storage"],
  options: Partial<CacheOptions<number>> = {},
): Cache<number> {
  return new Cache("c", { storage, ttl: TTL, lease: LEASE, ...options });
}
