import { ConfigError, InMemoryStorage } from "@mayfly/store";
import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";
import {
  Environment,
  LineLogger,
  NO_NUMBERS,
  NOT_POSITIVE,
  quoted,
} from "./_support.ts";

const VARIABLE = "CONVERSATION_TIMEOUT_HOURS";

/** What the storage says of itself when it starts. */
function started(
  options: { timeoutHours?: number; sweepInterval?: number } = {},
): string {
  const logger = new LineLogger();
  using _storage = new InMemoryStorage({ ...options, logger });
  const lines = logger.take();
  assertEquals(lines.length, 1);
  assertEquals(lines[0][0], "info");
  return lines[0][1];
}

/** What is found in the line: hours, and seconds between two sweeps. */
function times(line: string): [string, string] {
  const match = /\b([\d.]+) h\b.*?\b([\d.]+|Infinity) s\b/.exec(line);
  return [match![1], match![2]];
}

describe("the configuration of an InMemoryStorage", () => {
  const good: [string | undefined, string, string][] = [
    [undefined, "3", "1080"],
    ["", "3", "1080"],
    ["   ", "3", "1080"],
    ["\t\n", "3", "1080"],
    ["3", "3", "1080"],
    [" 3 ", "3", "1080"],
    ["\n12\t", "12", "4320"],
    ["1", "1", "360"],
    ["007", "7", "2520"],
    ["10000", "10000", "3600000"],
  ];
  for (const [value, hours, seconds] of good) {
    it(`reads ${JSON.stringify(value)} in the environment as ${hours} h`, () => {
      using _environment = new Environment({ [VARIABLE]: value });
      assertEquals(times(started()), [hours, seconds]);
    });
  }

  const bad = [
    ...["abc", "-1", "0", "1.5", "1e3", "+3", "00", "-0", "3h", "3 4", "3,5"],
    ...["0x10", "NaN", "Infinity", "null", "undefined", "1_000", "३", "３"],
    ...[".5", "5.", '"3"', "--1", "3;", "1/2"],
    ...["9".repeat(400), "9".repeat(304), "\x1b[2J3"],
  ];
  for (const value of bad) {
    it(`refuses ${JSON.stringify(value)} in the environment`, () => {
      using _environment = new Environment({ [VARIABLE]: value });
      const error = assertThrows(() => new InMemoryStorage(), ConfigError);
      assertInstanceOf(error, Error);
      assertEquals(error.name, "ConfigError");
      assertStringIncludes(error.message, VARIABLE);
      assertStringIncludes(error.message, JSON.stringify(value));
      assertMatch(error.message, /^Cannot .* positive whole number .*[^.]$/);
    });
  }

  it("is read when the storage is created, not at import", () => {
    for (const value of ["5", "6"]) {
      using _environment = new Environment({ [VARIABLE]: value });
      assertEquals(times(started())[0], value);
    }
  });

  const options: [number, string][] = [
    [3, "1080"],
    [1, "360"],
    [0.5, "300"],
    [50 / 60, "300"],
    [51 / 60, "306"],
    [0.001, "300"],
    [2.5, "900"],
  ];
  for (const [timeoutHours, seconds] of options) {
    it(`sweeps every ${seconds} s for timeoutHours: ${timeoutHours}`, () => {
      assertEquals(times(started({ timeoutHours })), [
        String(timeoutHours),
        seconds,
      ]);
    });
  }

  it("does not read the variable when timeoutHours is given", () => {
    using _environment = new Environment({ [VARIABLE]: "abc" });
    assertEquals(times(started({ timeoutHours: 2 })), ["2", "720"]);
    assertThrows(() => started({ timeoutHours: undefined }), ConfigError);
  });

  it("uses sweepInterval before timeoutHours and the variable", () => {
    using _environment = new Environment({ [VARIABLE]: "5" });
    assertEquals(times(started({ sweepInterval: 1500 })), ["5", "1.5"]);
    assertEquals(times(started({ timeoutHours: 1, sweepInterval: 20 })), [
      "1",
      "0.02",
    ]);
  });

  it("makes the sweeper run every 1,080 s for 3 hours", () => {
    using time = new FakeTime(0);
    const logger = new LineLogger();
    using storage = new InMemoryStorage({ timeoutHours: 3, logger });
    storage.setex("a", 60, "1");
    logger.take();
    time.tick(60_000 + 1_080_000 - 10_000);
    assertEquals(logger.take(), []);
    time.tick(10_000);
    assertEquals(logger.take(), [
      ["debug", "Key a expired"],
      ["debug", "Swept 1 expired key"],
    ]);
  });

  it("makes the sweeper run at sweepInterval", () => {
    using time = new FakeTime(0);
    const logger = new LineLogger();
    using storage = new InMemoryStorage({
      timeoutHours: 3,
      sweepInterval: 50,
      logger,
    });
    storage.setex("a", 1, "1");
    logger.take();
    time.tick(1040);
    assertEquals(logger.take(), []);
    time.tick(10);
    assertEquals(logger.take(), [
      ["debug", "Key a expired"],
      ["debug", "Swept 1 expired key"],
    ]);
  });

  for (const name of ["timeoutHours", "sweepInterval"] as const) {
    for (const [value, received] of NO_NUMBERS) {
      it(`is refused with the ${name} ${received}`, () => {
        const error = assertThrows(
          () => new InMemoryStorage({ [name]: value as number }),
          TypeError,
          `"${name}"`,
        );
        assertEquals((error as Error).message.endsWith(received), true);
      });
    }
    const numbers = name === "timeoutHours"
      ? [...NOT_POSITIVE, Infinity]
      : NOT_POSITIVE;
    for (const value of numbers) {
      it(`is refused with the ${name} ${quoted(value)}`, () => {
        const error = assertThrows(
          () => new InMemoryStorage({ [name]: value }),
          RangeError,
          `"${name}"`,
        );
        assertEquals((error as Error).message.endsWith(quoted(value)), true);
      });
    }
  }

  for (const value of [null, 5, "x", true, 5n]) {
    it(`is refused if the options, the logger or the clock are ${String(value)}`, () => {
      assertThrows(() => new InMemoryStorage(value as never), TypeError);
      assertThrows(
        () => new InMemoryStorage({ logger: value as never }),
        TypeError,
        '"logger"',
      );
      assertThrows(
        () => new InMemoryStorage({ now: value as never }),
        TypeError,
        '"now"',
      );
    });
  }

  it("is refused with a logger that lacks a method", () => {
    const logger = { debug() {}, info() {}, warn() {} };
    assertThrows(
      () => new InMemoryStorage({ logger: logger as never }),
      TypeError,
      "error",
    );
  });

  it("uses the default of each option that is undefined", () => {
    using _environment = new Environment({ [VARIABLE]: undefined });
    using storage = new InMemoryStorage({
      timeoutHours: undefined,
      sweepInterval: undefined,
      logger: undefined,
      now: undefined,
      maxEntries: undefined,
      maxBytes: undefined,
      eviction: undefined,
    });
    assertEquals(storage.set("a", "1"), "OK");
  });
});
