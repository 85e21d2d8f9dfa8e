/** Several processes, on all three runtimes, that update one key at once. */

import { connectStorage } from "@mayfly/store/connect";
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { describeOnEvery, SHARED_BACKENDS } from "./backends.ts";
import { programPath, runOn, RUNTIMES } from "./run_on.ts";

const TIMES = 250;

describeOnEvery("several processes", (opened) => {
  it("lose no update of one key", async () => {
    const runtimes = [...RUNTIMES, RUNTIMES[0]];
    const ended = await Promise.all(
      runtimes.map((runtime) =>
        runOn(runtime, programPath("updates"), {
          args: [opened().url!, "count", String(TIMES)],
        })
      ),
    );
    assertEquals(
      ended.map(({ code, stderr }) => ({ code, stderr })),
      runtimes.map(() => ({ code: 0, stderr: "" })),
    );
    await using storage = await connectStorage(opened().url);
    assertEquals(await storage.get("count"), String(runtimes.length * TIMES));
  });
}, SHARED_BACKENDS);
