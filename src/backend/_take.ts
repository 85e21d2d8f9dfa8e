/**
 * Takes a key away for one caller of many, on every backend, and tells that caller so even when its
 * client sends the command again after a lost reply (`ioredis` and `iovalkey` do): the first
 * attempt leaves a mark with the caller's nonce, where the second finds it.
 */

import { type RunScript, scriptsOf } from "./_compare_and_set.ts";
import { unknownOutcome, watchConnection } from "./_lost_reply.ts";
import { then } from "./_replies.ts";
import type { Reply, StorageBackend } from "./storage_backend.ts";

/** The start of a mark, which is neither JSON nor the start of a log. */
const MARK = "!taken ";

/**
 * How long a mark may stay, in ms: longer than clients go on sending a command. It is removed as
 * soon as the reply is there; this is for a process that ends before that.
 */
const MARK_TTL = "300000";

/** Puts the caller's mark before a value and returns the value; `false` where there is none. */
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
 * On a server that takes two scripts. Between them the key holds a mark, which is neither JSON nor a
 * log. A user who may run no script is served by `GETDEL`.
 *
 * @throws {StorageError} `"unavailable"`: without scripts, a lost reply leaves the outcome unknown.
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
    // The value is the caller's all the same, and the mark expires.
  }
  return value;
}

/** Whether a server does not run scripts, or not for this user. */
function isRefused(error: unknown): boolean {
  const { message } = Object(error) as { message?: unknown };
  return /^(?:NOPERM|ERR unknown command)/.test(String(message));
}

/** Removes a key; whether this caller removed a value. As {@linkcode takeValue} otherwise. */
export function removeValue(
  storage: Pick<StorageBackend, "del" | "getdel">,
  key: string,
): Reply<boolean> {
  return scriptsOf(storage) === undefined
    ? then(storage.del(key), (count) => Number(count) > 0)
    : then(takeValue(storage, key), (value) => value !== null);
}
