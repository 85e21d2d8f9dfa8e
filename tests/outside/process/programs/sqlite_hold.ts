/** Writes to a file within a batch, says so, and never ends it. */
import { SqliteStorage } from "@mayfly/store/sqlite";
import { writeSync } from "node:fs";
import process from "node:process";

const storage = new SqliteStorage(process.argv[2]!, { timeoutHours: 1 });
storage.set("committed", "1");
storage.batch(() => {
  storage.set("uncommitted", "1");
  writeSync(1, "held\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
});
