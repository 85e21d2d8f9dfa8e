import { InMemoryStorage } from "./mod.ts";
import { Conversations } from "./src/conversations/mod.ts";
import { Handles } from "./src/handles.ts";
import process from "node:process";
const cpu = () => {
  const u = process.cpuUsage();
  return (u.user + u.system);
};
const storage = new InMemoryStorage();
const c = new Conversations({ storage, maxBytes: 1e9, ttl: 3600_000 });
const turn = {
  role: "user",
  content:
    "Hello there, this is a turn of about a hundred characters, so that it is like a real one. Yes it is.",
};
async function appends(n: number) {
  const id = await c.create();
  for (let i = 0; i < n; i++) await c.append(id, turn);
  return id;
}
async function time(name: string, n: number, run: (i: number) => unknown) {
  const t = cpu();
  for (let i = 0; i < n; i++) await run(i);
  const us = (cpu() - t) / n;
  console.log(name, us.toFixed(2), "us");
  return us;
}
for (let r = 0; r < 3; r++) {
  await appends(2000);
  const ids: string[] = [];
  for (let i = 0; i < 500; i++) ids.push(await appends(10));
  const long = await appends(10_000);
  const a = await time(
    "append at ~10",
    5000,
    (i) => c.append(ids[i % 500]!, turn),
  );
  const b = await time("append at 10000", 5000, () => c.append(long, turn));
  const s = await time(
    "setex",
    20000,
    (i) =>
      storage.setex(
        "thread:" + ids[i % 500],
        3600,
        JSON.stringify({ ...turn, at: Date.now() }),
      ),
  );
  console.log(
    "ratio long/short",
    (b / a).toFixed(2),
    "append/setex",
    (a / s).toFixed(2),
    (b / s).toFixed(2),
  );
  storage.flushall();
  const h = new Handles<object>({ storage });
  await time("mint+read", 5000, async () => h.read(await h.mint(turn)));
  const m: string[] = [];
  await time("mint", 5000, async () => m.push(await h.mint(turn)));
  await time("read", 5000, async (i) => h.read(m[i]!));
}
storage.shutdown();
