import { ConfigError, InMemoryStorage } from "@mayfly/store";
import { getLogger } from "@mayfly/store/log";
import {
  BaseHandler,
  getLogger as getStdLogger,
  type LevelName,
  setup,
} from "@std/log";
import {
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import process from "node:process";
import { Environment } from "../storage/_support.ts";

const VARIABLE = "MAYFLY_LOG_LEVEL";
let names = 0;

/** A name that no test has used: a logger is set up once. */
function newName(): string {
  return `test-${++names}`;
}

describe("getLogger of ./log", () => {
  const { error } = console;
  const write = process.stdout.write;
  let lines: string[];
  let stdout: unknown[];
  beforeEach(() => {
    lines = [];
    stdout = [];
    console.error = (line: string) => void lines.push(line);
  });
  afterEach(() => {
    console.error = error;
  });

  /** What a logger writes when all is logged, by level. */
  function levels(value: string | undefined): string[] {
    using _environment = new Environment({ [VARIABLE]: value });
    const logger = getLogger(newName());
    const before = ["log", "info", "debug"] as const;
    const { log, info, debug } = console;
    for (const name of before) console[name] = (line) => stdout.push(line);
    process.stdout.write = (line: unknown) => stdout.push(line) > 0;
    try {
      logger.debug("a debug line");
      logger.info("an info line");
      logger.warn("a warn line");
      logger.error("an error line");
    } finally {
      Object.assign(console, { log, info, debug });
      process.stdout.write = write;
    }
    return lines.splice(0).map((line) =>
      /\b(debug|info|warn|error) line/.exec(line)![1]
    );
  }

  it("writes to stderr and nothing to stdout", () => {
    assertEquals(levels("DEBUG"), ["debug", "info", "warn", "error"]);
    assertEquals(stdout, []);
  });

  const good: [string | undefined, string[]][] = [
    [undefined, ["info", "warn", "error"]],
    ["", ["info", "warn", "error"]],
    ["  ", ["info", "warn", "error"]],
    ["debug", ["debug", "info", "warn", "error"]],
    [" Debug ", ["debug", "info", "warn", "error"]],
    ["INFO", ["info", "warn", "error"]],
    ["warn", ["warn", "error"]],
    ["ERROR", ["error"]],
    ["CRITICAL", []],
  ];
  for (const [value, expected] of good) {
    it(`has its level from ${VARIABLE}=${JSON.stringify(value)}`, () => {
      assertEquals(levels(value), expected);
    });
  }

  for (const value of ["loud", "0", "WARNING!", "DEBUG,INFO", "toString"]) {
    it(`refuses ${VARIABLE}=${JSON.stringify(value)}`, () => {
      using _environment = new Environment({ [VARIABLE]: value });
      const error = assertThrows(() => getLogger(newName()), ConfigError);
      const { message } = error as Error;
      assertStringIncludes(message, VARIABLE);
      assertStringIncludes(message, JSON.stringify(value));
      assertStringIncludes(message, "DEBUG");
    });
  }

  it("returns one logger per name, with one handler", () => {
    using _environment = new Environment({ [VARIABLE]: "INFO" });
    const name = newName();
    const logger = getLogger(name);
    assertStrictEquals(getLogger(name), logger);
    logger.info("an info line");
    assertEquals(lines.length, 1);
    assertStrictEquals<unknown>(getStdLogger(name), logger);
  });

  it("does not change a logger that was configured before", () => {
    const name = newName();
    const messages: string[] = [];
    class Collector extends BaseHandler {
      override log(message: string): void {
        messages.push(message);
      }
    }
    const level: LevelName = "WARN";
    setup({
      handlers: { collector: new Collector(level) },
      loggers: { [name]: { level, handlers: ["collector"] } },
    });
    try {
      const logger = getLogger(name);
      logger.info("an info line");
      logger.error("an error line");
    } finally {
      setup({});
    }
    assertEquals(messages.length, 1);
    assertEquals(lines, []);
  });

  it("returns a logger for an InMemoryStorage", () => {
    using _environment = new Environment({ [VARIABLE]: "debug" });
    using storage = new InMemoryStorage({
      timeoutHours: 1,
      logger: getLogger(newName()),
    });
    storage.set("thread:1", "secret");
    assertEquals(lines.length, 2);
    assertStringIncludes(lines[0], "1 h");
    assertStringIncludes(lines[1], "thread:1");
    assertEquals(lines[1].includes("secret"), false);
  });

  it("refuses the names of @std/log's own logger, which writes to stdout", () => {
    for (const name of ["", "default"]) {
      assertThrows(() => getLogger(name), RangeError, `received "${name}"`);
    }
    assertThrows(
      () => getLogger(null as unknown as string),
      TypeError,
      "received null",
    );
  });
});
