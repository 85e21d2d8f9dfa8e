/**
 * One process of the contention run: `contender.ts <file> <log> <number>`. It ends when the log's
 * folder has a file named `stop`.
 */
import { existsSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { SqliteStorage } from "../../../../src/storage/sqlite/sqlite_storage.ts";
import { nextOperation, OPERATIONS } from "./operations.ts";

const [path, logPath, number] = process.argv.slice(2) as [
  string,
  string,
  string,
];
const log = openSync(logPath, "a");
const stop = join(dirname(logPath), "stop");
const storage = new SqliteStorage(path, {
  timeoutHours: 1,
  busyTimeout: 30_000,
});
/** So many commands without a pause, */
const BURST = 256;
/** then a pause of up to so many ms, lest the logs of a long run become too large to read. */
const PAUSE = 250;

const cell = new Int32Array(new SharedArrayBuffer(4));
let longest = 0;
let count = 0;
while (count % BURST !== 0 || !existsSync(stop)) {
  if (count % BURST === BURST - 1) {
    Atomics.wait(cell, 0, 0, Math.random() * PAUSE);
  }
  const operation = nextOperation(Number(number), count++);
  writeSync(log, `${JSON.stringify(operation)}\n`);
  const start = performance.now();
  const reply = OPERATIONS[operation.name]!.run(storage, operation);
  longest = Math.max(longest, performance.now() - start);
  writeSync(log, `${JSON.stringify(reply)}\n`);
}
storage.close();
console.log(JSON.stringify({ count, longest }));
