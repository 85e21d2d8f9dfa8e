/**
 * Checked, never run: each client's class is a `StorageBackend` as it is, and
 * so is the storage itself. (In a run of its own: to import Bun's types is to
 * get its globals too, and they clash with Deno's in other files.)
 */

import type { RedisClient } from "bun";
import type { Cluster, Redis } from "ioredis";
import type { Cluster as ValkeyCluster, Redis as Valkey } from "iovalkey";
import type {
  getStorageBackend,
  InMemoryStorage,
  Reply,
  setStorageBackend,
  StorageBackend,
} from "@mayfly/store";
import type { ConnectedStorage, connectStorage } from "@mayfly/store/connect";

/** Does not take `boolean`, which `Is` makes of an `any`. */
type Assert<T extends true> = T;
type Is<A, B> = A extends B ? true : false;

/** Compiles as long as all of it is true. */
export type Checks = [
  Assert<Is<InMemoryStorage, StorageBackend>>,
  Assert<Is<Redis, StorageBackend>>,
  Assert<Is<Valkey, StorageBackend>>,
  Assert<Is<RedisClient, StorageBackend>>,
  Assert<Is<Cluster, StorageBackend>>,
  Assert<Is<ValkeyCluster, StorageBackend>>,
  Assert<Is<ConnectedStorage, StorageBackend & AsyncDisposable>>,
  Assert<Is<URL | string | undefined, Parameters<typeof connectStorage>[0]>>,
  Assert<Is<StorageBackend, Parameters<typeof setStorageBackend>[0]>>,
  Assert<Is<ReturnType<typeof getStorageBackend>, StorageBackend>>,
];

/** What callers get to see: typed replies, and nothing that a client lacks. */
export async function calls(storage: StorageBackend): Promise<void> {
  const status: Reply<"OK"> = storage.set("k", "v");
  const maybe: "OK" | null = await storage.set("k", "v", "NX");
  const before: string | null = await storage.set("k", "v", "GET");
  const lock: string | null = await storage.set("k", "v", "PX", 60_000, "NX");
  const digits: string | null = await storage.set("k", "v", "EX", "9", "NX");
  const values: (string | null)[] = await storage.mget("a", "b");
  const [cursor, keys]: [string, string[]] = await storage.scan(0);
  const count: number = await storage.del(...keys);
  void [await status, maybe, before, lock, digits, values, cursor, count];

  // @ts-expect-error Bun's client drops the word and sets the deadline.
  await storage.expire("k", 1, "NX");
  // @ts-expect-error Bun's client takes lists in spread only.
  await storage.del(["a", "b"]);
  // @ts-expect-error Bun's client takes lists in spread only.
  await storage.mset({ a: "1" });
  // @ts-expect-error Bun's client answers for the first key only.
  await storage.exists("a", "b");
  // @ts-expect-error A value is text; only the storage takes a number.
  await storage.set("k", 1);
}
