/** Several processes, on all three runtimes, that share a collection. */

import { Collection } from "@mayfly/store/collection";
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { describeOnEvery, SHARED_BACKENDS } from "./backends.ts";
import { programPath, runOn, RUNTIMES } from "./run_on.ts";

const PROCESSES = Array.from({ length: 8 }, (_, i) => RUNTIMES[i % 3]!);
const ADDS = 25;
const UPDATES = 500;
const KEYS = 100;

describeOnEvery("several processes with a collection", (opened) => {
  it("add each key once, lose no update, and take each entry once", async () => {
    const { backend: storage, url } = opened();
    const numbers = new Collection<number>("race", { storage });
    const all = [...Array(KEYS).keys()];
    for (const i of all) await numbers.set(`key ${i}`, i);

    const sizes = [PROCESSES.length, ADDS, UPDATES, KEYS].map(String);
    const ended = await Promise.all(
      PROCESSES.map((runtime) =>
        runOn(runtime, programPath("collections"), { args: [url!, ...sizes] })
      ),
    );
    assertEquals(
      ended.map(({ code, stderr }) => ({ code, stderr })),
      PROCESSES.map(() => ({ code: 0, stderr: "" })),
    );
    const results: { added: number; taken: number[] }[] = ended.map((
      { stdout },
    ) => JSON.parse(stdout));
    assertEquals(results.reduce((sum, { added }) => sum + added, 0), 1);
    assertEquals(await numbers.get("count"), PROCESSES.length * UPDATES);
    const taken = results.flatMap(({ taken }) => taken);
    assertEquals(taken.sort((a, b) => a - b), all);
  });
}, SHARED_BACKENDS);
