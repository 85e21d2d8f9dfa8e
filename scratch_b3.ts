import { InMemoryStorage } from "./mod.ts";
import { Conversations } from "./src/conversations/mod.ts";
const storage = new InMemoryStorage();
const c = new Conversations({ storage, maxBytes: 1e9, ttl: 3600_000 });
const turn = { role: "user", content: "Hello there, this is a turn of about a hundred characters, so that it is like a real one. Yes it is." };
const ids: string[] = [];
for (let i = 0; i < 100; i++) ids.push(await c.create());
for (let i = 0; i < 300000; i++) await c.append(ids[i % 100]!, turn);
storage.shutdown();
