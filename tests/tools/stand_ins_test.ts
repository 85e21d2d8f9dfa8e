/** What the stand-ins have in common with the real packages; the tests run on either. */
import {
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Folder } from "../storage/sqlite/_support.ts";
import { denoPath, ROOT } from "./runtimes.js";

describe("FakeTime", () => {
  it("has a Date whose now cannot be replaced", () => {
    const { now } = Date;
    const time = new FakeTime(5000);
    try {
      Date.now = () => 1;
      assertEquals(Date.now(), 5000);
      time.tick(7);
      assertEquals(Date.now(), 5007);
      assertEquals(new Date().valueOf(), 5007);
    } finally {
      time.restore();
      Date.now = now; // the assignment went through to the real one
    }
  });

  it("has a Date that creates the same dates as the real one", () => {
    const RealDate = Date;
    using _time = new FakeTime(5000);
    const date = new Date(2020, 1, 3);
    assertInstanceOf(date, RealDate);
    assertInstanceOf(date, Date);
    assertEquals(date.getMonth(), 1);
    assertEquals(typeof (Date as unknown as () => unknown)(), "string");
    assertEquals(Date.UTC(1970, 0, 2), 86_400_000);
  });

  it("runs timers of 0 ms that set each other in one tick", () => {
    using time = new FakeTime(0);
    let runs = 0;
    const run = () => {
      if (++runs < 5) setTimeout(run, 0);
    };
    setTimeout(run, 0);
    assertEquals(runs, 0);
    time.tick(0);
    assertEquals([runs, time.now], [5, 0]);
  });

  it("runs a timer that another one sets within the same tick at its time", () => {
    using time = new FakeTime(0);
    const times: number[] = [];
    setTimeout(() => {
      times.push(Date.now());
      setTimeout(() => times.push(Date.now()), 3);
      setTimeout(() => times.push(Date.now()), 1);
    }, 10);
    time.tick(100);
    assertEquals(times, [10, 11, 13]);
    assertEquals(time.next(), false);
  });
});

const STAND_IN = pathToFileURL(
  join(ROOT, "tests", "tools", "stand_ins", "testing_bdd.ts"),
).href;

describe("The stand-in for bdd", () => {
  it("fails a file that breaks off after its first test, on Deno", () => {
    using folder = new Folder();
    const file = folder.file("broken_test.ts");
    writeFileSync(
      file,
      `import { it } from "${STAND_IN}";
      it("passes", () => {});
      throw new Error("the file broke off");`,
    );
    const args = ["test", "--no-check", "--no-config", "--quiet", file];
    const { status, stdout, stderr } = spawnSync(denoPath(), args, {
      encoding: "utf8",
    });
    assertStringIncludes(stdout + stderr, "the file broke off");
    assertEquals(status, 1);
  });

  it("takes no name that a report could not tell from a test in a suite", async () => {
    const { it } = await import(STAND_IN);
    assertThrows(() => it("a > b", () => {}), TypeError, '" > "');
  });
});
