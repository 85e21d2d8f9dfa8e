/** A command is done as a whole or not at all, whatever fails half-way. */

import {
  InMemoryStorage,
  type InMemoryStorageOptions,
  ReplyError,
} from "@mayfly/store";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { LineLogger } from "./_support.ts";

const OOM = "OOM command not allowed when used memory > 'maxmemory'.";

/** All keys in the order of iteration, with values and deadlines. */
function state(storage: InMemoryStorage): unknown[][] {
  return storage.keys("*").map((key) => [
    key,
    storage.get(key),
    storage.pexpiretime(key),
  ]);
}

/** A storage with three keys, on a clock and a logger that fail when they are told to. */
function makeStorage(options: InMemoryStorageOptions = {}) {
  const failing = { clock: Infinity, logger: Infinity };
  const lines: string[] = [];
  const log = (line: string) => {
    if (--failing.logger < 0) throw new Error("the logger fails");
    lines.push(line);
  };
  const storage = new InMemoryStorage({
    sweepInterval: Infinity,
    now() {
      if (--failing.clock < 0) throw new Error("the clock fails");
      return 1000;
    },
    ...options,
    logger: options.logger ?? { debug: log, info: log, warn: log, error: log },
  });
  storage.setex("a", 10, "1");
  storage.setex("b", 20, "2");
  storage.set("c", "3");
  lines.length = 0;
  return { storage, failing, lines };
}

const COMMANDS: Record<string, (storage: InMemoryStorage) => unknown> = {
  set: (storage) => storage.set("a", "x", "EX", 5),
  setKeepTtl: (storage) => storage.set("a", "x", "KEEPTTL"),
  setGet: (storage) => storage.set("a", "x", "GET"),
  setex: (storage) => storage.setex("a", 5, "x"),
  psetex: (storage) => storage.psetex("a", 5, "x"),
  setWithTtl: (storage) => storage.setWithTtl("a", 5, "x"),
  getset: (storage) => storage.getset("a", "x"),
  getdel: (storage) => storage.getdel("a"),
  getex: (storage) => storage.getex("a", "EX", 100),
  mset: (storage) => storage.mset("a", "x", "b", "y", "d", "z"),
  msetnx: (storage) => storage.msetnx("d", "x", "e", "y"),
  append: (storage) => storage.append("a", "x"),
  setrange: (storage) => storage.setrange("a", 600, "x"),
  incr: (storage) => storage.incr("a"),
  incrbyfloat: (storage) => storage.incrbyfloat("a", 0.5),
  del: (storage) => storage.del("a", "b", "c"),
  rename: (storage) => storage.rename("a", "b"),
  renamenx: (storage) => storage.renamenx("a", "d"),
  copy: (storage) => storage.copy("a", "d"),
  expire: (storage) => storage.expire("a", 100),
  expireGt: (storage) => storage.expire("a", 100, "GT"),
  persist: (storage) => storage.persist("a"),
  batch: (storage) =>
    storage.batch(() => {
      storage.setex("d", 5, "x");
      storage.del("a");
      storage.rename("b", "a");
    }),
};

describe("a command whose clock throws", () => {
  for (const [name, run] of Object.entries(COMMANDS)) {
    it(`changes nothing: ${name}`, () => {
      let failures = 0;
      for (let at = 0;; at++) {
        const { storage, failing, lines } = makeStorage();
        const before = state(storage);
        lines.length = 0;
        failing.clock = at;
        let error: unknown;
        try {
          run(storage);
        } catch (thrown) {
          error = thrown;
        }
        failing.clock = Infinity;
        if (error === undefined) break;
        failures++;
        assertEquals(String(error), "Error: the clock fails");
        assertEquals(lines.filter((line) => line.startsWith("Stored")), []);
        assertEquals(state(storage), before, `at reading ${at}`);
      }
      // Once for a command, however many calls it makes; not at all where nothing can expire.
      assertEquals(failures, name === "msetnx" ? 0 : 1);
    });
  }
});

describe("a command whose clock returns no number", () => {
  for (const answer of [NaN, undefined, null, "1000", 1000n]) {
    it(`stores no invalid deadline: ${typeof answer} ${answer}`, () => {
      for (const [name, run] of Object.entries(COMMANDS)) {
        for (let at = 0; at < 4; at++) {
          let reads = -Infinity;
          const { storage } = makeStorage({
            now: () => reads++ === at ? answer as number : 1000,
            logger: new LineLogger(),
          });
          const before = state(storage);
          reads = 0;
          let error: unknown;
          try {
            run(storage);
          } catch (thrown) {
            error = thrown;
          }
          reads = -Infinity;
          const after = state(storage);
          if (error !== undefined) assertEquals(after, before, name);
          for (const [, , deadline] of after) {
            assert(Number.isInteger(deadline), `${name}: ${deadline}`);
          }
        }
      }
    });
  }

  it("is refused if it needs the time", () => {
    let now = 1000;
    const { storage } = makeStorage({
      now: () => now,
      logger: new LineLogger(),
    });
    now = NaN;
    for (
      const run of [
        () => storage.setex("a", 1, "x"),
        () => storage.expire("a", 1),
        () => storage.ttl("a"),
      ]
    ) {
      assertThrows(run, TypeError, '"now" must return a number');
    }
    now = 1000;
    assertEquals(storage.ttl("a"), 10);
  });
});

describe("a command whose logger throws or rejects", () => {
  for (const [name, run] of Object.entries(COMMANDS)) {
    it(`succeeds nevertheless: ${name}`, () => {
      const expected = makeStorage();
      const reply = run(expected.storage);
      const { storage, failing } = makeStorage();
      const told = console.error;
      const errors: unknown[] = [];
      console.error = (error: unknown) => errors.push(error);
      try {
        failing.logger = 0;
        assertEquals(run(storage), reply);
      } finally {
        failing.logger = Infinity;
        console.error = told;
      }
      assertEquals(state(storage), state(expected.storage));
      for (const error of errors) assertInstanceOf(error, Error);
    });
  }

  it("does not see a promise that rejects, nor does the process", async () => {
    const fail = () => Promise.reject(new Error("the logger fails"));
    const told = console.error;
    const errors: unknown[] = [];
    console.error = (error: unknown) => errors.push(error);
    try {
      const logger = { debug: fail, info: fail, warn: fail, error: fail };
      const { storage } = makeStorage({ logger });
      assertEquals(storage.get("a"), "1");
      await new Promise((resolve) => setTimeout(resolve, 5));
    } finally {
      console.error = told;
    }
    assertEquals(errors.length > 0, true);
  });
});

describe("a command that is refused because there is no room", () => {
  function refused(
    options: InMemoryStorageOptions,
    run: (storage: InMemoryStorage) => unknown,
  ): void {
    const { storage, lines } = makeStorage(options);
    const before = state(storage);
    lines.length = 0;
    const error = assertThrows(() => run(storage), ReplyError) as ReplyError;
    assertEquals(error.message, OOM);
    assertEquals(lines, []);
    assertEquals(state(storage), before);
  }

  it("evicts nothing: mset of more than there may be", () => {
    for (const eviction of ["lru", "soonest"] as const) {
      refused(
        { maxEntries: 3, eviction },
        (storage) => storage.mset("d", "1", "e", "2", "f", "3", "g", "4"),
      );
      refused(
        { maxEntries: 3, eviction },
        (storage) => storage.msetnx("d", "1", "e", "2", "f", "3", "g", "4"),
      );
      refused(
        { maxBytes: 8, eviction },
        (storage) => storage.mset("d", "1234", "e", "1234"),
      );
    }
    const { storage } = makeStorage({ maxEntries: 3 });
    assertEquals(storage.mset("d", "1", "e", "2", "f", "3"), "OK");
    assertEquals(storage.keys("*").sort(), ["d", "e", "f"]);
  });

  it("evicts nothing: volatile-ttl with too little that expires", () => {
    const value = "x".repeat(20);
    const options = { maxBytes: 21, eviction: "volatile-ttl" } as const;
    refused(options, (storage) => storage.set("d", value));
    refused(options, (storage) => storage.setex("d", 5, value));
    refused(options, (storage) => storage.append("a", value));
    refused(options, (storage) => storage.setrange("a", 18, "12"));
    refused(options, (storage) => storage.getset("a", value));
    refused(options, (storage) => storage.mset("a", "1", "d", value));
    refused(options, (storage) => storage.set("a", value, "KEEPTTL"));
    refused(options, (storage) => storage.setWithTtl("d", 5, value));
  });

  it("keeps its key and its order of use: rename to a longer one", () => {
    refused(
      { maxBytes: 8, eviction: "reject" },
      (storage) => storage.rename("a", "a longer name"),
    );
    refused(
      { maxBytes: 8, eviction: "reject" },
      (storage) => storage.copy("a", "d longer"),
    );
  });

  it("evicts nothing: a value longer than the bound", () => {
    const { storage } = makeStorage({ maxBytes: 1000 });
    const before = state(storage);
    // Half a gigabyte each, were it made before the bound is looked at.
    for (let i = 0; i < 50; i++) {
      const error = assertThrows(
        () => storage.setrange("a", 500_000_000 + i, "x"),
        ReplyError,
      ) as ReplyError;
      assertEquals(error.message, OOM);
    }
    assertEquals(state(storage), before);
  });
});

describe("batch", () => {
  it("makes several calls one transaction, and returns their result", () => {
    const { storage, lines } = makeStorage();
    const sum = storage.batch(() => {
      storage.incr("a");
      assertEquals(lines, []);
      return storage.incrby("c", 2);
    });
    assertEquals(sum, 5);
    assertEquals(storage.mget("a", "c"), ["2", "5"]);
    assertEquals(
      lines.filter((line) => line.startsWith("Stored")),
      ["Stored key a with TTL 10s", "Stored key c"],
    );
  });

  it("rolls everything back when a call throws", () => {
    const { storage, lines } = makeStorage({ maxEntries: 3 });
    const before = state(storage);
    lines.length = 0;
    class Failure extends Error {}
    assertThrows(() => {
      storage.batch(() => {
        storage.mset("d", "4", "e", "5");
        storage.append("c", "x".repeat(1000));
        storage.flushall();
        storage.batch(() => storage.set("f", "6"));
        throw new Failure();
      });
    }, Failure);
    assertEquals(lines, []);
    assertEquals(state(storage), before);
  });

  it("reads the clock once", () => {
    let time = 1000;
    using storage = new InMemoryStorage({ now: () => time++ });
    storage.batch(() => {
      storage.setex("a", 10, "1");
      storage.setex("b", 10, "1");
      assertEquals(storage.pexpiretime("a"), storage.pexpiretime("b"));
      assertEquals(storage.pttl("a"), 10_000);
    });
  });

  it("refuses a promise and a generator, which continue after it", async () => {
    const { storage } = makeStorage();
    const before = state(storage);
    for (
      const run of [
        async () => {
          storage.set("a", "x");
          await Promise.resolve();
        },
        async () => {
          storage.set("a", "x");
          await Promise.resolve();
          throw new Error("unseen");
        },
        () => {
          storage.del("a");
          return { then() {} };
        },
        function* () {
          yield storage.set("a", "x");
        },
        async function* () {
          yield await storage.set("a", "x");
        },
      ]
    ) {
      const error = assertThrows(
        () => storage.batch(run as never),
        TypeError,
      ) as Error;
      assertEquals(error.message.includes('"run"'), true);
      assertEquals(state(storage), before);
    }
    for (const run of [undefined, null, "run", {}]) {
      assertThrows(() => storage.batch(run as never), TypeError, '"run"');
    }
    // An unhandled rejection would end the process.
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

describe("the log of a transaction", () => {
  it("has a line for each key of a successful command, none for a failed one", () => {
    const logger = new LineLogger();
    using storage = new InMemoryStorage({ logger, maxEntries: 2 });
    logger.take();
    storage.mset("a", "1", "b", "2");
    assertEquals(logger.take(), [
      ["debug", "Stored key a"],
      ["debug", "Stored key b"],
    ]);
    assertThrows(() => storage.mset("a", "1", "b", "2", "c", "3"), ReplyError);
    assertThrows(() => storage.mset("d", "1", "e", "2", "f", "3"), ReplyError);
    assertEquals(logger.take(), []);
  });
});
