import { SqliteStorage } from "./src/storage/sqlite_storage.ts";
import { Conversations } from "./src/conversations/mod.ts";
import { Redis } from "ioredis";
import process from "node:process";
const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system); };
const turn = { role: "user", content: "Hello there, this is a turn of about a hundred characters, so that it is like a real one. Yes it is." };
const [which] = process.argv.slice(2);
const storage: any = which === "file" ? new SqliteStorage("/tmp/st/bench.db") : new Redis(7398);
const c = new Conversations({ storage, maxBytes: 1e9, ttl: 3600_000 });
async function time(name: string, n: number, run: (i: number) => unknown) {
  const t = cpu(), w = performance.now(); 
  for (let i = 0; i < n; i++) await run(i);
  console.log(name, ((cpu() - t) / n).toFixed(2), "us cpu", ((performance.now() - w) * 1000 / n).toFixed(2), "us wall");
}
for (let r = 0; r < 2; r++) {
  const ids: string[] = [];
  for (let i = 0; i < 100; i++) { const id = await c.create(); ids.push(id); for (let k = 0; k < 10; k++) await c.append(id, turn); }
  const long = await c.create();
  for (let k = 0; k < 10000; k++) await c.append(long, turn);
  await time("append at ~10", 1000, (i) => c.append(ids[i % 100]!, turn));
  await time("append at 10000", 1000, () => c.append(long, turn));
  await time("setex", 1000, (i) => storage.setex("thread:" + ids[i % 100], 3600, JSON.stringify({ ...turn, at: Date.now() })));
}
await (storage.close ?? storage.quit).call(storage);
