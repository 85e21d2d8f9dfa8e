import { ExpiringStore } from "@mayfly/store";
import assert from "node:assert/strict";

const sessions = new ExpiringStore<string, { user: string }>({
  ttl: 30 * 60_000,
  sliding: true, // a get starts the 30 minutes again
  maxAge: 24 * 3_600_000, // but not past a day
  onRemove: ({ user }, _id, reason) => console.error(user, "left:", reason),
});

const id = crypto.randomUUID();
sessions.set(id, { user: "ada" });
assert.deepEqual(sessions.get(id)?.user, "ada"); // slides
assert.deepEqual(sessions.peek(id)?.user, "ada"); // leaves no trace

const session = sessions.hold(id); // while a request is answered, however long
assert.deepEqual(session?.value.user, "ada"); // neither expires nor is evicted
session?.release(); // and now its 30 minutes begin
