/**
 * Fills a store, or a storage, with live entries, arms its sweep, and comes to
 * its last line, where it prints the time. Nothing should keep it from exiting.
 */
import { ExpiringStore, InMemoryStorage } from "@mayfly/store";
import process from "node:process";

const [kind, count] = process.argv.slice(2);
const HOUR = 3_600_000;
if (kind === "store") {
  const store = new ExpiringStore<string, string>({
    ttl: HOUR,
    sweepInterval: 1000,
  });
  for (let i = 0; i < Number(count); i++) store.set(`thread:${i}`, `text ${i}`);
  Object.assign(globalThis, { kept: store });
} else {
  const storage = new InMemoryStorage({ sweepInterval: 1000 });
  for (let i = 0; i < Number(count); i++) {
    storage.setWithTtl(`thread:${i}`, 3600, `text ${i}`);
  }
  Object.assign(globalThis, { kept: storage });
}
console.log(performance.timeOrigin + performance.now());
