/** A read-modify-write on a server: a compare-and-set, repeated until it succeeds. */

import { inTurn } from "./_in_turn.ts";
import { unknownOutcome, watchConnection } from "./_lost_reply.ts";

/** Runs a script on the server with one key and some arguments. */
export type RunScript = (
  script: string,
  key: string,
  args: readonly string[],
) => unknown;

/**
 * Writes a key if it has the value that the caller expects; otherwise returns its value.
 *
 * Arguments: "1" and the expected value, or "0" and "" for an absent key; "1" and the new value, or
 * "0" and "" to remove the key; the TTL in ms, "" to keep the deadline, or "never".
 */
const COMPARE_AND_SET = `
local value = redis.call("GET", KEYS[1])
local believed = ARGV[1] == "1" and ARGV[2]
if value ~= believed then return {"0", value} end
if ARGV[3] == "0" then
  redis.call("DEL", KEYS[1])
elseif ARGV[5] == "" then
  redis.call("SET", KEYS[1], ARGV[4], "KEEPTTL")
elseif ARGV[5] == "never" then
  redis.call("SET", KEYS[1], ARGV[4])
else
  redis.call("SET", KEYS[1], ARGV[4], "PX", ARGV[5])
end
return {"1", false}
`;

/** Compares a value with a text, and also returns the value. */
const COMPARE = `
local value = redis.call("GET", KEYS[1])
return {value == ARGV[1] and "1" or "0", value}
`;

/** The longest wait before another attempt, in ms. */
const MAX_WAIT_MS = 64;

/** The character that a client reads in place of bytes that are not UTF-8. */
const REPLACEMENT = "\uFFFD";

/** An update of a key on a server. */
export interface ServerUpdate {
  /** The client. */
  client: { get(key: string): unknown };
  /** Runs a script on the client's server. */
  run: RunScript;
  /** The key, without the client's prefix. */
  key: string;
  /** Computes the new value; `null` removes the key. */
  change(value: string | null): string | null;
  /**
   * Returns the TTL in whole ms, for a new key or an existing one: `undefined` keeps the deadline,
   * `Infinity` removes it.
   */
  ttlOf(isNew: boolean): number | undefined;
  /** Creates the error for a value that is not text. */
  noText(): Error;
}

/** Updates a key; returns its new value. */
export function updateOnServer(update: ServerUpdate): Promise<string | null> {
  // Updates of one process run one after another, so that they do not conflict.
  return inTurn(update.client, update.key, () => compareAndSet(update));
}

async function compareAndSet(update: ServerUpdate): Promise<string | null> {
  const { client, run, key, ttlOf, change, noText } = update;
  let value = asText(await client.get(key));
  for (let attempt = 1;; attempt++) {
    if (value?.includes(REPLACEMENT)) value = await strictText(update, value);
    const next = change(value);
    const ttl = ttlOf(value === null);
    const isSentAgain = watchConnection(client);
    const reply = await run(COMPARE_AND_SET, key, [
      ...value === null ? ["0", ""] : ["1", value],
      ...next === null ? ["0", ""] : ["1", next],
      ttl === undefined ? "" : ttl === Infinity ? "never" : String(ttl),
    ]);
    const [done, current] = asPair(reply);
    if (done) return next;
    // The value may be the one that this call wrote in its first attempt.
    if (isSentAgain()) throw unknownOutcome("update the key");
    // The value is not UTF-8: the client reads different bytes as the same text, and cannot send
    // them back.
    if (current !== null && current === value) throw noText();
    value = current;
    // The first attempt after a wait returns the current value.
    if (attempt % 2 === 0) await wait(attempt / 2);
  }
}

/** A value that contains U+FFFD: text with this character, or bytes that are not UTF-8. */
async function strictText(
  { run, key, noText }: ServerUpdate,
  read: string,
): Promise<string | null> {
  let value: string | null = read;
  while (value?.includes(REPLACEMENT)) {
    const [same, current] = asPair(await run(COMPARE, key, [value]));
    if (same) return value;
    if (current === value) throw noText();
    value = current;
  }
  return value;
}

function asText(reply: unknown): string | null {
  return reply === null || reply === undefined ? null : String(reply);
}

function asPair(reply: unknown): [done: boolean, value: string | null] {
  const [done, value] = reply as [unknown, unknown];
  return [String(done) === "1", asText(value)];
}

/** Waits for a random time that grows with each conflict. */
function wait(conflicts: number): Promise<void> {
  const longest = Math.min(2 ** conflicts, MAX_WAIT_MS);
  const ms = Math.random() * longest;
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How `ioredis` and `iovalkey`, and their clusters, run a script. */
interface WithEval {
  eval(script: string, keys: number, ...keysAndArgs: string[]): unknown;
}

/** How Bun's client runs a script. */
interface WithSend {
  send(command: string, args: string[]): unknown;
}

/**
 * Returns a function that runs scripts by a client; `undefined` if the client cannot.
 */
export function scriptsOf(client: object): RunScript | undefined {
  if (typeof (client as Partial<WithEval>).eval === "function") {
    return (script, key, args) =>
      (client as WithEval).eval(script, 1, key, ...args);
  }
  if (typeof (client as Partial<WithSend>).send === "function") {
    return (script, key, args) =>
      (client as WithSend).send("EVAL", [script, "1", key, ...args]);
  }
  return undefined;
}
