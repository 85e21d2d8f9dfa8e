/**
 * What a process of the contention run does, over and over, on keys that all share, and how it
 * tells: a line before each command and one after it, written so that `kill -9` cannot take them
 * back. At most one command of a process is without its second line.
 */
import type { SqliteStorage } from "../../../../src/storage/sqlite/sqlite_storage.ts";

/** One command of one process. */
export interface Operation {
  /** The process, told apart by a number that no other has. */
  process: number;
  /** What was done. */
  name: string;
  /** On which key. */
  key: string;
  /** A text that no other command of any process has. */
  token: string;
  /** What it answered; `undefined` while it is in doubt. */
  reply?: unknown;
}

/** How many keys of a kind are shared. */
export const SHARED = 4;
/** How many keys each process has of its own. */
const OWN = 8;
/** How long a token is, so that it is found by its place. */
export const TOKEN_LENGTH = 16;
const TTL_SECONDS = 3600;

/** The two keys that are only ever written together. */
export function pairOf(key: string): [string, string] {
  return [`${key}:left`, `${key}:right`];
}

type Run = (storage: SqliteStorage, operation: Operation) => unknown;

/** The commands, each with the kind of key that it is for. */
export const OPERATIONS: Record<string, { kind: string; run: Run }> = {
  incr: { kind: "counter", run: (storage, { key }) => storage.incr(key) },
  append: {
    kind: "log",
    run: (storage, { key, token }) => storage.append(key, token),
  },
  setnx: {
    kind: "slot",
    run: (storage, { key, token }) => storage.setnx(key, token),
  },
  getdel: { kind: "slot", run: (storage, { key }) => storage.getdel(key) },
  msetnx: {
    kind: "pair",
    run: (storage, { key, token }) => {
      const [left, right] = pairOf(key);
      return storage.msetnx(left, token, right, token);
    },
  },
  delpair: {
    kind: "pair",
    run: (storage, { key }) => storage.del(...pairOf(key)),
  },
  readpair: {
    kind: "pair",
    run: (storage, { key }) => storage.mget(...pairOf(key)),
  },
  batch: {
    kind: "twins",
    run: (storage, { key }) => {
      const [left, right] = pairOf(key);
      return storage.batch(() => [storage.incr(left), storage.incr(right)]);
    },
  },
  setex: {
    kind: "own",
    run: (storage, { key, token }) => storage.setex(key, TTL_SECONDS, token),
  },
};

const NAMES = Object.keys(OPERATIONS);

/** The next command of a process. */
export function nextOperation(process: number, count: number): Operation {
  const name = NAMES[Math.floor(Math.random() * NAMES.length)]!;
  const { kind } = OPERATIONS[name]!;
  const number = Math.floor(Math.random() * (kind === "own" ? OWN : SHARED));
  const owner = kind === "own" ? `:${process}` : "";
  return {
    process,
    name,
    key: `${kind}${owner}:${number}`,
    token: `${process}.${count};`.padStart(TOKEN_LENGTH, "0"),
  };
}
