import { Collection } from "@mayfly/store/collection";
import { connectStorage } from "@mayfly/store/connect";
import assert from "node:assert/strict";

interface SessionData {
  _data: Record<string, { value: unknown; flash: boolean }>;
  _expire: string | null;
  _delete: boolean;
  _accessed: string | null;
}

const storage = await connectStorage();
const sessions = new Collection<SessionData>("session", {
  storage,
  ttl: 30 * 60_000, // no shorter than the middleware's expireAfterSeconds
});

/** The store that hono-sessions takes: sessionMiddleware({ store, ... }) */
export const store = {
  getSessionById: async (id?: string) => id && await sessions.get(id) || null,
  createSession: (id: string, data: SessionData) => sessions.set(id, data),
  persistSessionData: (id: string, data: SessionData) => sessions.set(id, data),
  deleteSession: async (id: string) => void await sessions.delete(id),
};

const ada = { _data: {}, _expire: null, _delete: false, _accessed: null };
await store.createSession("s1", ada);
assert.deepEqual(await store.getSessionById("s1"), ada);
await store.deleteSession("s1");
assert.equal(await store.getSessionById("s1"), null);
await storage.close();
