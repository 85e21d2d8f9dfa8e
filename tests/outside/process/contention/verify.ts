/** Holds what a file has after a contention run against what its processes were told. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SqliteStorage } from "../../../../src/storage/sqlite/sqlite_storage.ts";
import { type Operation, pairOf, SHARED, TOKEN_LENGTH } from "./operations.ts";

/** What was found. */
export interface Findings {
  /** How many commands were acknowledged. */
  acknowledged: number;
  /** How many were cut off by a kill, so that they may have been done or not. */
  inDoubt: number;
}

/** Reads the log of one process: each command, then its reply; a kill may cut the last line off. */
function readLog(path: string): Operation[] {
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop();
  const operations: Operation[] = [];
  lines.forEach((line, i) => {
    if (i % 2 === 0) operations.push(JSON.parse(line));
    else operations.at(-1)!.reply = JSON.parse(line);
  });
  return operations;
}

/** Some commands: those that were acknowledged, and those that may have been done. */
interface Selection {
  done: Operation[];
  doubtful: Operation[];
}

/** The commands of all processes, by name and key. */
class Commands {
  readonly #selections = new Map<string, Selection>();

  constructor(operations: Operation[]) {
    for (const operation of operations) {
      const { done, doubtful } = this.select(operation.name, operation.key);
      (operation.reply === undefined ? doubtful : done).push(operation);
    }
  }

  select(name: string, key: string): Selection {
    const id = `${name} ${key}`;
    let selection = this.#selections.get(id);
    if (selection === undefined) {
      selection = { done: [], doubtful: [] };
      this.#selections.set(id, selection);
    }
    return selection;
  }
}

/** Each reply of a counter is one sum, and no sum was replied twice. */
function verifyCounter(
  total: number,
  replies: number[],
  doubtful: number,
  key: string,
): void {
  assert.deepEqual(
    new Set(replies).size,
    replies.length,
    `${key}: a sum twice`,
  );
  assert(replies.every((sum) => sum >= 1 && sum <= total), `${key}: ${total}`);
  const unknown = total - replies.length;
  assert(
    unknown >= 0 && unknown <= doubtful,
    `${key}: ${total} is not ${replies.length} and up to ${doubtful}`,
  );
}

/** Each token is where the reply of its command put it, once. */
function verifyLog(
  value: string,
  { done, doubtful }: Selection,
  key: string,
): void {
  for (const { token, reply } of done) {
    const end = reply as number;
    assert.deepEqual(value.slice(end - TOKEN_LENGTH, end), token, key);
  }
  const rest = value.length / TOKEN_LENGTH - done.length;
  assert(rest >= 0 && rest <= doubtful.length, `${key}: ${rest} too many`);
}

/** Each token that was put into a slot was taken out once, or is there. */
function verifySlot(
  value: string | null,
  puts: Selection,
  takes: Selection,
  key: string,
): void {
  const put = new Set(
    puts.done.filter(({ reply }) => reply === 1).map(({ token }) => token),
  );
  const maybePut = new Set(puts.doubtful.map(({ token }) => token));
  const taken = takes.done.map(({ reply }) => reply)
    .filter((reply) => reply !== null) as string[];
  if (value !== null) taken.push(value);
  assert.deepEqual(new Set(taken).size, taken.length, `${key}: a token twice`);
  for (const token of taken) {
    assert(put.has(token) || maybePut.has(token), `${key}: ${token}`);
    put.delete(token);
  }
  assert(
    put.size <= takes.doubtful.length,
    `${key}: ${put.size} tokens are lost`,
  );
}

/** What is only ever written together is only ever seen together. */
function verifyPair(
  storage: SqliteStorage,
  commands: Commands,
  key: string,
): void {
  const [left, right] = storage.mget(...pairOf(key));
  assert.deepEqual(left, right, key);
  for (const { reply } of commands.select("readpair", key).done) {
    const [left, right] = reply as [string | null, string | null];
    assert.deepEqual(left, right, `${key}: half of a pair`);
  }
  for (const { reply } of commands.select("delpair", key).done) {
    assert(reply === 0 || reply === 2, `${key}: half of a pair`);
  }
}

/** A process's own keys hold what it wrote last. */
function verifyOwn(storage: SqliteStorage, operations: Operation[]): void {
  const last = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (operation.name !== "setex") continue;
    if (operation.reply !== undefined) last.set(operation.key, [operation]);
    else last.set(operation.key, [...last.get(operation.key) ?? [], operation]);
  }
  for (const [key, candidates] of last) {
    const value = storage.get(key);
    const mayBeAbsent = candidates[0]!.reply === undefined;
    assert(
      candidates.some(({ token }) => token === value) ||
        (mayBeAbsent && value === null),
      `${key}: ${value}`,
    );
  }
}

/** Verifies the file of a run whose processes have ended. */
export function verify(path: string, logs: string): Findings {
  const operations = readdirSync(logs).filter((name) => name.endsWith(".log"))
    .flatMap((name) => readLog(join(logs, name)));
  const commands = new Commands(operations);
  const storage = new SqliteStorage(path, { timeoutHours: 1 });
  for (let i = 0; i < SHARED; i++) {
    const counter = commands.select("incr", `counter:${i}`);
    verifyCounter(
      Number(storage.get(`counter:${i}`)),
      counter.done.map(({ reply }) => reply as number),
      counter.doubtful.length,
      `counter:${i}`,
    );
    const twins = commands.select("batch", `twins:${i}`);
    for (const side of [0, 1] as const) {
      const key = pairOf(`twins:${i}`)[side];
      verifyCounter(
        Number(storage.get(key)),
        twins.done.map(({ reply }) => (reply as [number, number])[side]),
        twins.doubtful.length,
        key,
      );
    }
    for (const { reply } of twins.done) {
      const [left, right] = reply as [number, number];
      assert.deepEqual(left, right, `twins:${i}`);
    }
    verifyLog(
      storage.get(`log:${i}`) ?? "",
      commands.select("append", `log:${i}`),
      `log:${i}`,
    );
    verifySlot(
      storage.get(`slot:${i}`),
      commands.select("setnx", `slot:${i}`),
      commands.select("getdel", `slot:${i}`),
      `slot:${i}`,
    );
    verifyPair(storage, commands, `pair:${i}`);
  }
  verifyOwn(storage, operations);
  storage.close();
  assertSound(path);
  const acknowledged =
    operations.filter(({ reply }) => reply !== undefined).length;
  return { acknowledged, inDoubt: operations.length - acknowledged };
}

/** SQLite finds nothing wrong, and the long values are of one piece. */
function assertSound(path: string): void {
  const database = new DatabaseSync(path);
  assert.deepEqual(
    database.prepare("PRAGMA integrity_check").all().map((row) => ({ ...row })),
    [{ integrity_check: "ok" }],
  );
  const { torn } = database.prepare(`
    SELECT count(*) AS torn FROM entries WHERE size IS NOT NULL AND size <>
      (SELECT sum(length(bytes)) FROM parts WHERE entry = entries.id)`).get()!;
  assert.deepEqual(torn, 0);
  const { orphans } = database.prepare(`
    SELECT count(*) AS orphans FROM parts WHERE entry NOT IN
      (SELECT id FROM entries WHERE size IS NOT NULL)`).get()!;
  assert.deepEqual(orphans, 0);
  database.close();
  assert(!existsSync(`${path}-journal`));
}
