/** Uses the store and the storage with the options' defaults, and says nothing. */
import {
  ExpiringStore,
  getStorageBackend,
  InMemoryStorage,
  setStorageBackend,
} from "@mayfly/store";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const store = new ExpiringStore<string, number>({ ttl: 20, sweepInterval: 20 });
store.set("a", 1).set("b", 2);
store.get("a");
store.get("absent");
await pause(100);
store.set("c", 3, Infinity).delete("c");
store.clear();
store.shutdown();

using storage = new InMemoryStorage();
storage.setWithTtl("a", 0.02, "1");
storage.setex("b", 10, "2");
storage.get("a");
storage.get("b");
await pause(50);
storage.get("a");

const backend = getStorageBackend();
await backend.setex("a", 10, "1");
await backend.get("a");
setStorageBackend(undefined);
