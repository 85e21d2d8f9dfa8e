/** `sqlite_open.ts <file> [busyTimeout]`: opens it, writes to it, prints the log and what went wrong. */
import { StorageError } from "@mayfly/store";
import { SqliteStorage } from "@mayfly/store/sqlite";
import process from "node:process";

const lines: string[] = [];
const add = (line: string) => lines.push(line);
let code: string | undefined;
try {
  const storage = new SqliteStorage(process.argv[2]!, {
    timeoutHours: 1,
    busyTimeout: Number(process.argv[3] ?? 5000),
    logger: { debug: add, info: add, warn: add, error: add },
  });
  storage.setex("thread:1", 60, "[]");
} catch (error) {
  if (!(error instanceof StorageError)) throw error;
  code = error.code;
}
// The file is left open, with an armed timer: the process ends all the same.
console.log(JSON.stringify({ code, lines }));
