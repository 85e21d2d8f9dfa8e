/**
 * One of several processes that write to one file, as fast as they can:
 * `writer.ts <file> <own|sqlite> <start> <ms>`, where it waits for its turn as we do or as SQLite
 * does, and begins at a time that all of them know.
 */
import process from "node:process";
import { SqliteStorage } from "../../../src/storage/sqlite/sqlite_storage.ts";
import { RawTable } from "./raw.ts";

const [path, waiting, start, ms] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];
const SECONDS = 3600;
const VALUE = "x".repeat(100);
const storage = waiting === "own"
  ? new SqliteStorage(path, { busyTimeout: 30_000 })
  : undefined;
const raw = storage === undefined ? new RawTable(path, 30_000) : undefined;
const write = (key: string) =>
  storage === undefined
    ? raw!.set(key, VALUE, Date.now() + SECONDS * 1000)
    : storage.setex(key, SECONDS, VALUE);
write(`${process.pid}`);
const cell = new Int32Array(new SharedArrayBuffer(4));
Atomics.wait(cell, 0, 0, Math.max(Number(start) - Date.now(), 0));
const end = Date.now() + Number(ms);
let count = 0;
let longest = 0;
for (let last = performance.now(); Date.now() < end; count++) {
  write(`${process.pid}:${count % 1000}`);
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
}
(storage ?? raw!).close();
console.log(JSON.stringify({ count, longest }));
