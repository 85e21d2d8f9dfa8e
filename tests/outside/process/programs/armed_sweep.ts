/**
 * Leaves a store alone until its sweep has removed all that expired, while
 * another timer keeps the process alive. Prints how many were removed, and why.
 */
import { ExpiringStore } from "@mayfly/store";

const COUNT = 1000;
const GIVE_UP_MS = 20_000;
const removed: Record<string, number> = {};
const store = new ExpiringStore<number, string>({
  ttl: 100,
  sweepInterval: 100,
  onRemove: (_value, _key, reason) => {
    removed[reason] = (removed[reason] ?? 0) + 1;
  },
});
for (let i = 0; i < COUNT; i++) store.set(i, "text");
store.set(-1, "stays", Infinity);

const start = Date.now();
const timer = setInterval(() => {
  if ((removed.expired ?? 0) < COUNT && Date.now() - start < GIVE_UP_MS) return;
  clearInterval(timer);
  console.log(JSON.stringify({ removed, left: [...store.keys()] }));
}, 20);
