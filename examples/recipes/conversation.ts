import { connectStorage } from "@mayfly/store/connect";
import { Conversations } from "@mayfly/store/conversations";
import assert from "node:assert/strict";

const storage = await connectStorage();
const threads = new Conversations({
  storage,
  ttl: 3 * 3_600_000,
  maxTurns: 50,
});

const id = await threads.create();
await threads.append(id, { role: "user", content: "Where is my order?" });
await threads.append(id, { role: "assistant", content: "On its way." });
const { text, omitted } = await threads.history(id, { maxTokens: 4000 });
assert.deepEqual(omitted, 0);
assert.deepEqual(text.includes("On its way."), true);
await storage.close();
