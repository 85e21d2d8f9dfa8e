/** Our calls beside the bare statements of SQLite: ns of the processor. */
import { join } from "node:path";
import { SqliteStorage } from "../../../src/storage/sqlite/sqlite_storage.ts";
import type { Measures } from "./measure.ts";
import { RawTable } from "./raw.ts";

const CALLS = 5000;
const APPENDS = 500;
const BATCH = 100;
const SECONDS = 3600;
const VALUE = JSON.stringify([{ role: "user", text: "x".repeat(80) }]);
const LINE = "y".repeat(200);
const SIZES = [10_000, 100_000, 1_000_000];

/** Measures each call several times, ours and the bare one in turns. */
export async function measureCalls(
  folder: string,
  keys: readonly string[],
  measures: Measures,
  rounds: number,
): Promise<void> {
  const raw = new RawTable(join(folder, "raw.db"));
  const storage = new SqliteStorage(join(folder, "own.db"));
  const key = (i: number) => keys[i]!;
  const deadline = () => Date.now() + SECONDS * 1000;
  for (let round = 0; round <= rounds; round++) {
    measures.warmingUp = round === 0;
    const measure = (name: string, call: (index: number) => unknown) =>
      measures.measure(name, "cpu", CALLS, call);
    await measure("raw upsert", (i) => raw.set(key(i), VALUE, deadline()));
    await measure("`setex`", (i) => storage.setex(key(i), SECONDS, VALUE));
    await measure("`expire`", (i) => storage.expire(key(i), SECONDS));
    await measure("raw select", (i) => raw.get(key(i)));
    await measure("`get`", (i) => storage.get(key(i)));
    await measure("`incr`", (i) => storage.incr(`n:${key(i)}`));
    await measure("`setex`, new", (i) => {
      storage.setex(`${round}:${key(i)}`, SECONDS, VALUE);
    });
    await measures.measure(
      `\`setex\`, ${BATCH} in a \`batch\``,
      "cpu",
      CALLS,
      (i) => {
        if (i % BATCH > 0) return;
        storage.batch(() => {
          for (let j = i; j < i + BATCH; j++) {
            storage.setex(key(j), SECONDS, VALUE);
          }
        });
      },
    );
    for (const [name, length] of [["10 kB", 1e4], ["1 MB", 1e6]] as const) {
      storage.set("log", "x".repeat(length));
      await measures.measure(
        `\`append\` of 200 bytes to ${name}`,
        "cpu",
        APPENDS,
        () => storage.append("log", LINE),
      );
    }
  }
  raw.close();
  storage.close();
}

/** What a call costs among ever more keys. */
export async function measureGrowth(
  folder: string,
  measures: Measures,
): Promise<void> {
  const storage = new SqliteStorage(join(folder, "large.db"));
  measures.warmingUp = false;
  let filled = 0;
  for (const size of SIZES) {
    while (filled < size) {
      storage.batch(() => {
        for (const end = filled + 10_000; filled < end; filled++) {
          storage.setex(`thread:${filled}`, SECONDS, VALUE);
        }
      });
    }
    const any = () => `thread:${Math.floor(Math.random() * size)}`;
    const name = size.toLocaleString("en");
    for (let i = 0; i < CALLS; i++) storage.get(any());
    await measures.measure(
      `\`get\` among ${name} keys`,
      "cpu",
      2 * CALLS,
      () => storage.get(any()),
    );
    await measures.measure(
      `\`setex\` among ${name} keys`,
      "cpu",
      2 * CALLS,
      () => storage.setex(any(), SECONDS, VALUE),
    );
  }
  storage.close();
}
