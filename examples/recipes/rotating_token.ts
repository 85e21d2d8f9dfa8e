import { Collection } from "@mayfly/store/collection";
import { connectStorage } from "@mayfly/store/connect";
import { Once, OnceUnknownError } from "@mayfly/store/once";
import assert from "node:assert/strict";

interface Token {
  access: string;
  refresh: string; // good for one use
  expiresAt: number; // ms since the epoch
  serial: number; // counts from one token of the user to the next
}

const storage = await connectStorage();
const run = crypto.randomUUID();
// Both take a `codec`: encrypt what is a secret.
const tokens = new Collection<Token>(`token ${run}`, { storage });
const refreshes = new Once<Token>(`refresh ${run}`, { storage });

/** A good access token; `undefined`: the user must log in. */
async function accessToken(user: string): Promise<string | undefined> {
  const held = await tokens.get(user);
  if (held === undefined) return undefined;
  if (held.expiresAt > Date.now() + 1000) return held.access;
  try {
    // Each refresh token is used once, whichever process comes first; all get the answer.
    const key = `${user} ${held.serial}`;
    const next = await refreshes.run(key, ({ signal }) => ask(held, signal));
    await tokens.update(
      user,
      (there) =>
        there !== undefined && there.serial < next.serial ? next : there,
    );
    return next.access;
  } catch (error) {
    if (!(error instanceof OnceUnknownError)) throw error;
    // A process died while it asked. To use the token again would look like theft.
    await tokens.delete(user);
    return undefined;
  }
}

/** Asks the provider: here one that answers at once. */
let asked = 0;
function ask({ serial }: Token, signal: AbortSignal): Promise<Token> {
  signal.throwIfAborted(); // fetch(tokenEndpoint, { method: "POST", body, signal })
  asked++;
  const next = serial + 1;
  const [access, refresh] = [`access ${next}`, `refresh ${next}`];
  const expiresAt = Date.now() + 3_600_000;
  return Promise.resolve({ access, refresh, expiresAt, serial: next });
}

const expired = { access: "old", refresh: "r", expiresAt: 0, serial: 1 };
await tokens.set("ada", expired);
const all = await Promise.all([1, 2, 3].map(() => accessToken("ada")));
assert.deepEqual([asked, all], [1, Array(3).fill("access 2")]);
await storage.close();
