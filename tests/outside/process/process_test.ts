import { runtime } from "@mayfly/store/runtime";
import {
  assertEquals,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { runProgram } from "./run_program.ts";

describe("a process of its own", () => {
  for (const kind of ["store", "storage"]) {
    it(`exits by itself with a ${kind} of 100,000 live entries and a pending timer`, async () => {
      const { code, stdout, stderr, endedAt } = await runProgram(
        "live_entries",
        { args: [kind, "100000"] },
      );
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      const afterLastLine = endedAt - Number(stdout);
      // Far above what it takes, far below the hour that the entries live.
      assertLess(afterLastLine, 20_000);
    });
  }

  it("sweeps without a call of the store", async () => {
    const { code, stdout, stderr } = await runProgram("armed_sweep");
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(JSON.parse(stdout), {
      removed: { expired: 1000 },
      left: [-1],
    });
  });

  it("frees stores that were dropped without a shutdown", async () => {
    const { code, stdout, stderr } = await runProgram("dropped_store", {
      gc: true,
    });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    const { dropped, left } = JSON.parse(stdout);
    assertEquals(dropped, 100);
    assertLessOrEqual(left, dropped / 10);
  });

  it("keeps only the stored part of a long string in memory, if bytes are counted", async () => {
    const { code, stdout, stderr } = await runProgram("sliced_values", {
      gc: true,
    });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    const { used, long } = JSON.parse(stdout);
    // Three times 60 parts: each of them would keep a megabyte.
    assertLessOrEqual(used, long / 2);
  });

  it("prints nothing by default", async () => {
    const { code, stdout, stderr } = await runProgram("quiet", {
      denoPermissions: ["--allow-env"],
    });
    assertEquals({ code, stdout, stderr }, { code: 0, stdout: "", stderr: "" });
  });

  for (const when of ["before", "after"]) {
    it(`keeps the backend if the global object was frozen ${when} its first use`, async () => {
      const { code, stdout, stderr } = await runProgram("frozen_global", {
        args: [when],
      });
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      assertEquals(JSON.parse(stdout), {
        same: true,
        another: true,
        anew: true,
      });
    });
  }

  // The other runtimes have no permission to withhold.
  if (runtime === "deno") {
    it("neither prompts nor fails without --allow-env", async () => {
      const { code, stdout, stderr } = await runProgram("environment", {
        env: { CONVERSATION_TIMEOUT_HOURS: "7" },
      });
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      const [[level, line], [infoLevel, info], ...rest] = JSON.parse(stdout);
      assertEquals([level, infoLevel, rest], ["debug", "info", []]);
      assertStringIncludes(line, "CONVERSATION_TIMEOUT_HOURS");
      // The default: 3 hours, and a sweep every tenth of them.
      assertMatch(info, /\b3 h\b.*\b1080 s\b/);
    });
  }

  it("reads CONVERSATION_TIMEOUT_HOURS if it is permitted", async () => {
    const { code, stdout, stderr } = await runProgram("environment", {
      denoPermissions: ["--allow-env=CONVERSATION_TIMEOUT_HOURS"],
      env: { CONVERSATION_TIMEOUT_HOURS: " 7 " },
    });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    const [[level, info], ...rest] = JSON.parse(stdout);
    assertEquals([level, rest], ["info", []]);
    assertMatch(info, /\b7 h\b.*\b2520 s\b/);
  });
});
