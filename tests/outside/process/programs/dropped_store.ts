/**
 * Drops stores without shutting them down, while their sweeps are armed, and
 * prints how many of them, and of the values in them, were collected.
 */
import { ExpiringStore } from "@mayfly/store";

const COUNT = 50;
const GIVE_UP_MS = 20_000;
const { gc, Bun } = globalThis as {
  gc?: () => void;
  Bun?: { gc(force: boolean): void };
};

function drop(count: number): WeakRef<object>[] {
  return Array.from({ length: count }, (_, i) => {
    const store = new ExpiringStore<string, object>({
      ttl: i % 2 ? 3_600_000 : 50,
      sweepInterval: i % 4 < 2 ? 10 : 600_000,
    });
    store.set("value", { text: String(i) });
    return [new WeakRef<object>(store), new WeakRef(store.get("value")!)];
  }).flat();
}

const dropped = drop(COUNT);
const start = Date.now();
let left = dropped.length;
// The engine may keep a few by accident: what it finds on the stack, for one.
while (left > dropped.length / 10 && Date.now() - start < GIVE_UP_MS) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (Bun) Bun.gc(true);
  else gc!();
  left = dropped.filter((ref) => ref.deref() !== undefined).length;
}
console.log(JSON.stringify({ dropped: dropped.length, left }));
