/**
 * Removes a key for exactly one of many callers, on every backend. That caller gets the value even
 * if its client sends the command again after a lost reply (`ioredis` and `iovalkey` do): the first
 * attempt leaves a mark with the caller's nonce, and the second one finds it.
 */

import { type RunScript, scriptsOf } from "./_compare_and_set.ts";
import { unknownOutcome, watchConnection } from "./_lost_reply.ts";
import { then } from "./_replies.ts";
import type { Reply, StorageBackend } from "./storage_backend.ts";

/** The start of a mark, which is neither JSON nor the start of a log. */
const MARK = "!taken ";

/**
 * The TTL of a mark, in ms: longer than clients repeat a command. The mark is removed as soon as
 * the reply arrives; the TTL is for a process that ends before.
 */
const MARK_TTL = "300000";

/** Puts the caller's mark before a value and returns the value; `false` if there is none. */
const TAKE = `
local value = redis.call("GET", KEYS[1])
if not value then return false end
if string.sub(value, 1, #ARGV[1]) == ARGV[1] then
  return string.sub(value, #ARGV[1] + 1)
end
if string.sub(value, 1, ${MARK.length}) == "${MARK}" then return false end
redis.call("SET", KEYS[1], ARGV[1] .. value, "PX", ARGV[2])
return value
`;

/** Removes a key that has the caller's mark. */
const REMOVE_MARK = `
if redis.call("GETRANGE", KEYS[1], 0, #ARGV[1] - 1) == ARGV[1] then
  redis.call("DEL", KEYS[1])
end
return 0
`;

/**
 * Removes a key and returns its value: to one caller, `null` to all others.
 *
 * On a server it needs two scripts. Between them the value begins with a mark, so it is neither
 * JSON nor a log. Without permission to run scripts it uses `GETDEL`.
 *
 * @throws {StorageError} `"unavailable"`: without scripts, the outcome is unknown after a lost
 *   reply.
 */
export function takeValue(
  storage: Pick<StorageBackend, "getdel">,
  key: string,
): Reply<string | null> {
  const run = scriptsOf(storage);
  return run === undefined
    ? storage.getdel(key)
    : takeOnServer(storage, run, key);
}

async function takeOnServer(
  storage: Pick<StorageBackend, "getdel">,
  run: RunScript,
  key: string,
): Promise<string | null> {
  const mark = `${MARK}${crypto.randomUUID()} `;
  let value: unknown;
  try {
    value = await run(TAKE, key, [mark, MARK_TTL]);
  } catch (error) {
    if (!isRefused(error)) throw error;
    const isSentAgain = watchConnection(storage);
    const reply = await storage.getdel(key);
    if (reply === null && isSentAgain()) throw unknownOutcome("take the key");
    return reply;
  }
  if (typeof value !== "string") return null;
  try {
    await run(REMOVE_MARK, key, [mark]);
  } catch {
    // The caller has the value nevertheless, and the mark expires.
  }
  return value;
}

/** Whether a server refuses scripts, or refuses them to this user. */
function isRefused(error: unknown): boolean {
  const { message } = Object(error) as { message?: unknown };
  return /^(?:NOPERM|ERR unknown command)/.test(String(message));
}

/**
 * Removes a key; returns whether this caller removed a value. Otherwise as {@linkcode takeValue}.
 */
export function removeValue(
  storage: Pick<StorageBackend, "del" | "getdel">,
  key: string,
): Reply<boolean> {
  return scriptsOf(storage) === undefined
    ? then(storage.del(key), (count) => Number(count) > 0)
    : then(takeValue(storage, key), (value) => value !== null);
}
