/**
 * Replays one sequence on a server and on a storage, and compares every reply,
 * every error message, and all keys with their deadlines at the end.
 */

import { InMemoryStorage, ReplyError } from "@mayfly/store";
import type { RedisCommands } from "@mayfly/store/redis";
import type { Answer, Server } from "./servers.ts";
import { ADVANCE, type Command } from "./sequences.ts";
import { isNearFuture } from "./times.ts";

/** A command to which the two sides answered differently. */
export interface Difference {
  command: Command;
  server: Answer;
  storage: Answer;
}

/** How far two clocks may be apart, in ms: less than two times to live are. */
const TOLERANCE_MS = 50_000;

/** A storage without a key, on a clock that is given in ms since the epoch. */
export type MakeStorage = (now: () => number) => RedisCommands & Disposable;

/** An {@linkcode InMemoryStorage}. */
export const inMemory: MakeStorage = (now) =>
  new InMemoryStorage({ now, sweepInterval: Infinity });

/** A storage whose clock can be moved, to replay commands on. */
export class Subject {
  readonly storage: RedisCommands & Disposable;
  /** How far the clock was moved, in ms. */
  offset = 0;

  constructor(makeStorage: MakeStorage) {
    this.storage = makeStorage(() => Date.now() + this.offset);
  }

  /** What the storage makes of one command. */
  run(name: string, words: readonly unknown[]): Answer {
    if (name === ADVANCE) {
      this.offset += 1000 * Number(words[0]);
      return "OK";
    }
    const methods = this.storage as unknown as Record<
      string,
      (...words: readonly unknown[]) => Answer
    >;
    try {
      return methods[name.toLowerCase()]!(...words);
    } catch (error) {
      if (error instanceof ReplyError) return { error: error.message };
      return { error: `not a ReplyError: ${error}` };
    }
  }
}

/**
 * The differences between a server and a new storage.
 *
 * @param server Where the commands run first.
 * @param commands What to run.
 * @param makeStorage Makes the storage.
 * @param toArguments What to pass to a method for the words of a command.
 */
export async function replay(
  server: Server,
  commands: readonly Command[],
  makeStorage: MakeStorage,
  toArguments: (command: Command) => readonly unknown[] = ([, ...words]) =>
    words,
): Promise<Difference[]> {
  const subject = new Subject(makeStorage);
  const found: Difference[] = [];
  const check = (command: Command, args: readonly unknown[], hers: Answer) => {
    const ours = subject.run(command[0], args);
    const near = server.roundsOften && isRounded(hers, ours);
    if (!near && !agree(command, hers, ours, subject)) {
      found.push({ command, server: hers, storage: ours });
    }
  };

  const calls = [...commands, ["KEYS", "*"] as const].map((command) => ({
    command,
    args: toArguments(command),
  }));
  const [, ...answers] = await server.run([
    ["FLUSHALL"],
    ...calls.map(({ command: [name], args }) => [name, ...args] as const),
  ]);
  calls.forEach(({ command, args }, i) => check(command, args, answers[i]!));

  const keys = answers.at(-1) as string[];
  const state = keys.flatMap((key) => [
    ["GET", key] as const,
    ["STRLEN", key] as const,
    ["PEXPIRETIME", key] as const,
  ]);
  const values = await server.run(state);
  state.forEach((read, i) => check(read, [read[1]], values[i]!));
  check(["DBSIZE"], [], keys.length);
  subject.storage[Symbol.dispose]();
  return found;
}

/** Whether two answers are alike, or differ by no more than they may. */
function agree(
  [name, ...words]: Command,
  server: Answer,
  storage: Answer,
  subject: Subject,
): boolean {
  switch (name) {
    case "KEYS":
      return equal(sorted(server), sorted(storage));
    case "SCAN":
      return sameScan(words, server, storage, subject);
    case "RANDOMKEY":
      // Any key will do, but it must be one.
      return typeof server === "string" && typeof storage === "string"
        ? subject.run("EXISTS", [storage]) === 1
        : equal(server, storage);
    case "TTL":
    case "PTTL":
    case "EXPIRETIME":
    case "PEXPIRETIME":
      return sameTime(name, server, storage, subject);
    default:
      return equal(server, storage);
  }
}

function equal(a: Answer, b: Answer): boolean {
  return typeof a === "number"
    ? Object.is(a, b)
    : JSON.stringify(a) === JSON.stringify(b);
}

/** Whether both are the same number, near or past 2^53, rounded in two ways. */
function isRounded(server: Answer, storage: Answer): boolean {
  return typeof server === "number" && typeof storage === "number" &&
    Math.abs(server) > Number.MAX_SAFE_INTEGER - 100 &&
    Math.abs(server - storage) <= Math.abs(server) * 1e-15;
}

function sorted(answer: Answer): Answer {
  return Array.isArray(answer) ? [...answer].sort() : answer;
}

/**
 * A walk that the server ends in its first step must find the same keys on the
 * other side, in as many steps as it takes. What the server leaves for later
 * steps is not compared, nor a walk that begins in the middle, where a cursor
 * means something to its own side only.
 */
function sameScan(
  words: readonly string[],
  server: Answer,
  storage: Answer,
  subject: Subject,
): boolean {
  if (!isStep(server) || !isStep(storage)) return equal(server, storage);
  if (words[0] !== "0" || server[0] !== "0") return true;
  const found = new Set<string>();
  let step: Answer = storage;
  while (isStep(step)) {
    for (const key of step[1]) found.add(key);
    if (step[0] === "0") return equal(sorted(server[1]), [...found].sort());
    step = subject.run("SCAN", [step[0], ...words.slice(1)]);
  }
  return false;
}

function isStep(answer: Answer): answer is [string, string[]] {
  return Array.isArray(answer) && Array.isArray(answer[1]);
}

/** Times to live may differ by what the calls took, dates by nothing. */
function sameTime(
  name: string,
  server: Answer,
  storage: Answer,
  subject: Subject,
): boolean {
  if (typeof server !== "number" || typeof storage !== "number") {
    return equal(server, storage);
  }
  if (server < 0 || storage < 0) return server === storage;
  const unit = name.startsWith("P") ? 1 : 1000;
  const isDate = name.endsWith("EXPIRETIME");
  const [a, b] = [
    server * unit,
    storage * unit - (isDate ? subject.offset : 0),
  ];
  // Past 2^53 both are the nearest double of a sum with the time of the call.
  if (a > Number.MAX_SAFE_INTEGER) return Math.abs(a - b) < a * 1e-12;
  const mayDiffer = !isDate || subject.offset > 0 ||
    isNearFuture(a, Date.now());
  return mayDiffer ? Math.abs(a - b) < TOLERANCE_MS : a === b;
}
