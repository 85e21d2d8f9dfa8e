import { Collection } from "@mayfly/store/collection";
import { connectStorage } from "@mayfly/store/connect";
import assert from "node:assert/strict";
import { promisify } from "node:util";

interface SessionData {
  cookie: { originalMaxAge?: number | null };
}
type Done<T = void> = (error: unknown, result?: T | null) => void;

/** The store that express-session and @fastify/session take. */
export function sessionStore<T extends SessionData>(sessions: Collection<T>) {
  // A cookie without a maxAge leaves it to the collection's ttl.
  const ttlOf = ({ cookie }: T) => cookie.originalMaxAge ?? undefined;
  return {
    get(id: string, done: Done<T>) {
      sessions.get(id).then((session) => done(null, session), done);
    },
    set(id: string, session: T, done: Done) {
      sessions.set(id, session, ttlOf(session)).then(() => done(null), done);
    },
    touch(id: string, session: T, done: Done) {
      sessions.touch(id, ttlOf(session)).then(() => done(null), done);
    },
    destroy(id: string, done: Done) {
      sessions.delete(id).then(() => done(null), done);
    },
  };
}

const storage = await connectStorage();
const sessions = new Collection<SessionData & { user?: string }>("session", {
  storage,
  ttl: 24 * 3_600_000,
  // Their sessions are instances of classes, with a toJSON.
  codec: { encode: JSON.stringify, decode: JSON.parse },
});
const store = sessionStore(sessions);
// Express: session({ store: Object.assign(new session.Store(), store) })
// Fastify: app.register(fastifySession, { store })

const ada = { cookie: { originalMaxAge: 60_000 }, user: "ada" };
await promisify(store.set)("s1", ada);
assert.deepEqual(await promisify(store.get)("s1"), ada);
assert.ok((await sessions.remainingTtl("s1"))! <= 60_000);
await promisify(store.destroy)("s1");
await storage.close();
