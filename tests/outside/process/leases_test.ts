/**
 * Processes of all three runtimes, some of them killed and frozen, at sizes that take seconds. The
 * full ones: `npm run one-of-many`.
 */
import { runtime } from "@mayfly/store/runtime";
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { isLeftOut, REDIS_PROGRAM } from "../../suites/oracle/programs.ts";
import { startRedisServer } from "../../suites/oracle/redis_server.ts";
import { runEffects, runFences, runTokens } from "./leases/runs.ts";
import { runProgram } from "./run_program.ts";

const OPTIONS = { processes: 4, harm: 600, lease: 1000, timeout: 55_000 };

// The workers are of all runtimes, whichever starts them.
for (const kind of runtime === "node" ? ["a file", "a server"] : []) {
  const ignore = kind === "a server" &&
    isLeftOut("leases on a Redis server", REDIS_PROGRAM);

  describe(`several processes on ${kind}`, { ignore }, () => {
    async function onBackend(
      run: (url: string | undefined) => Promise<void>,
    ): Promise<void> {
      if (kind === "a file") return await run(undefined);
      const server = (await startRedisServer())!;
      try {
        await run(server.url);
      } finally {
        await server.stop();
      }
    }

    it("do no effect twice, and know the outcome of all but those of killed processes", () =>
      onBackend(async (url) => {
        const effects = await runEffects({ ...OPTIONS, url, size: 40 });
        const { twice, contradicted, unexplained } = effects;
        assertEquals([twice, contradicted, unexplained], [[], [], []]);
      }));

    it("see fences grow", () =>
      onBackend(async (url) => {
        const fences = await runFences({ ...OPTIONS, url, size: 100 });
        assert(fences.held >= 100);
        assertEquals(fences.disorder, []);
      }));

    it("use no refresh token twice", () =>
      onBackend(async (url) => {
        const options = { ...OPTIONS, url, size: 15, way: "once" };
        const tokens = await runTokens(options);
        assertEquals([tokens.revoked, tokens.unexplained], [0, []]);
      }));
  });
}

describe("a process of its own, with leases", () => {
  it("exits by itself while it holds leases", async () => {
    const { code, stdout, stderr } = await runProgram("held_leases");
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(JSON.parse(stdout), { held: 100 });
  });

  it("stays alive while it waits for one", async () => {
    const { code, stdout, stderr } = await runProgram("held_leases", {
      args: ["wait"],
    });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(JSON.parse(stdout), { waited: true });
  });
});
