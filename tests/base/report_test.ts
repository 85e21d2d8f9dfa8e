import { guardLogger } from "../../src/base/_report.ts";
import { report, watch } from "../../src/base/_report.ts";
import type { Logger } from "@mayfly/store";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";

const { error: realError } = console;
let told: unknown[];
beforeEach(() => {
  told = [];
  console.error = (error: unknown) => void told.push(error);
});
afterEach(() => {
  console.error = realError;
});

const pause = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("report", () => {
  it("calls onError, or console.error if there is none", () => {
    const seen: unknown[] = [];
    report((error) => seen.push(error), "a");
    assertEquals([seen, told], [["a"], []]);
    report(undefined, "b");
    assertEquals(told, ["b"]);
  });

  it("passes errors of onError to console.error", async () => {
    report(() => {
      throw "thrown";
    }, "a");
    report(() => Promise.reject("rejected"), "a");
    await pause();
    assertEquals(told, ["thrown", "rejected"]);
  });

  it("does not throw if console.error throws", () => {
    console.error = () => {
      throw new Error("of console.error");
    };
    assertEquals(report(undefined, "a"), undefined);
    const fail = () => {
      throw "b";
    };
    assertEquals(report(fail, "a"), undefined);
  });
});

describe("watch", () => {
  it("reports a rejection, and a then that throws", async () => {
    const seen: unknown[] = [];
    const onError = (error: unknown) => seen.push(error);
    watch(onError, Promise.reject("rejected"));
    watch(onError, {
      then() {
        throw "of then";
      },
    });
    watch(onError, {
      get then() {
        throw "of a getter";
      },
    });
    await pause();
    assertEquals(seen, ["of then", "of a getter", "rejected"]);
  });

  it("ignores everything else", () => {
    const results = [undefined, null, 5, "a", {}, { then: 5 }, () => {}];
    for (const result of results) {
      assertEquals(watch(() => told.push("error"), result), undefined);
    }
    assertEquals(told, []);
  });
});

describe("guardLogger", () => {
  const levels = ["debug", "info", "warn", "error"] as const;

  it("passes lines on to the logger's current method, with the logger as this", () => {
    const lines: string[] = [];
    const logger = {
      prefix: "> ",
      debug(line: string) {
        lines.push(this.prefix + line);
      },
      info() {},
      warn() {},
      error() {},
    };
    const guarded = guardLogger(logger);
    guarded.debug("a");
    logger.info = ((line: string) => lines.push(line)) as never;
    guarded.info("b");
    assertEquals(lines, ["> a", "b"]);
  });

  it("neither throws nor rejects, whatever the logger does", async () => {
    const failure = new Error("of the logger");
    const fail = () => {
      throw failure;
    };
    const reject = () => Promise.reject(failure);
    for (const bad of [fail, reject]) {
      const logger: Logger = { debug: bad, info: bad, warn: bad, error: bad };
      const guarded = guardLogger(logger);
      for (const level of levels) assertEquals(guarded[level]("a"), undefined);
    }
    await pause();
    assertEquals(told.length, 8);
    for (const error of told) assertStrictEquals(error, failure);
  });
});
